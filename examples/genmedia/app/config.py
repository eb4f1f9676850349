"""Settings, read once from the environment (GENMEDIA_*)."""

from typing import Any, ClassVar

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="GENMEDIA_", extra="ignore")

    PROJECT_ID: str = "genmedia-dev"
    REGION: str = "europe-west4"
    GCS_BUCKET: str = "genmedia-dev-assets"
    WEBHOOK_URL: str = "https://hooks.studio-north.example"
    CORS_ORIGINS: list[str] = ["http://localhost:5173"]

    ASSETS_COLLECTION: str = "assets"
    WORKFLOWS_COLLECTION: str = "workflows"
    REVISIONS_COLLECTION: str = "workflow_revisions"

    IMAGE_MODEL: str = "gemini-image-preview"
    TEXT_MODEL: str = "gemini-flash"
    VIDEO_MODEL: str = "veo-fast-preview"
    UPSCALE_MODEL: str = "imagen-upscale"

    # Who may sign in while the product is in closed beta.
    ALLOWED_EMAILS: ClassVar[list[str]] = [
        "Maya.Lindqvist@studio-north.example",
        "tomas@studio-north.example",
        "Ines.Duarte@studio-north.example ",
        "render-farm@studio-north.example",
    ]

    def get(self, name: str, default: Any = None) -> Any:
        """Read a setting by a name that is only known at run time."""
        return getattr(self, name, default)


settings = Settings()
