"""What the API takes."""

from pydantic import BaseModel


class NewGame(BaseModel):
    name: str
    opponent: str
    season: str


class NewAnnotation(BaseModel):
    second: float
    label: str
    rating: int = 3
    keyframes: list[dict[str, float]] = []


class NewProject(BaseModel):
    name: str
    format: str = "landscape"
    clips: list[int] = []
