"""Azure OpenAI's dialect: `/openai/…?api-version=…`, `/openai/v1/…` and the management of deployments."""

from tuneport.api.azure.checkpoint_copies import unversioned_router as unversioned_copies_router
from tuneport.api.azure.checkpoint_copies import versioned_router as copies_router
from tuneport.api.azure.files import router as files_router
from tuneport.api.azure.fine_tuning import router as fine_tuning_router
from tuneport.api.azure.inference import router as inference_router
from tuneport.api.azure.management import router as management_router
from tuneport.api.azure.models import router as models_router
from tuneport.api.azure.prefixes import AzurePrefixes

routers = (
    files_router,
    fine_tuning_router,
    copies_router,
    unversioned_copies_router,
    models_router,
    inference_router,
    management_router,
)

__all__ = ["AzurePrefixes", "routers"]
