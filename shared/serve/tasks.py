"""The door to what waits for the caller in a service."""

from typing import Annotated

from fastapi import APIRouter, Depends

from shared.acts.tasks import TaskCursor, Tasks, list_tasks
from shared.doors.http import Reading, current_act
from shared.ground.context import Act
from shared.serve.service import Service


def router(service: Service) -> APIRouter:
    """For every role: who has nothing to do here is shown nothing."""
    doors = APIRouter(tags=["tasks"])

    @doors.get("/tasks")
    async def show_tasks(connection: Reading, act: Annotated[Act, Depends(current_act)], at: TaskCursor) -> Tasks:
        """What waits for the caller here: since when, until when, the most urgent first."""
        return await list_tasks(connection, act, service.procedures, service.own_tasks, at)

    return doors
