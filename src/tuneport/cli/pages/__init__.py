"""Reports as HTML, each one page that needs no other file."""

from tuneport.cli.pages.report_page import write_report_page
from tuneport.cli.pages.row_loss_page import write_row_loss_page

__all__ = ["write_report_page", "write_row_loss_page"]
