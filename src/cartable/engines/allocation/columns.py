"""The columns of the files, in order, with what an empty cell means (None: the cell must be filled)."""

NEEDS: dict[str, str | None] = {
    "school": None,
    "tags": "",
    "department": "",
    "cite_educative": "",
    "device_and_connection": "0",
    "device": "0",
    "connection": "0",
    "computer_only": "0",
    "weight": "1",
    "held_devices": "0",
    "held_connections": "0",
    "delivered_devices": "0",
    "delivered_connections": "0",
}
SOURCES: dict[str, str | None] = {
    "source": None,
    "item": None,
    "price_cents": None,
    "stock": "",
    "pack": "1",
    "only_for": "",
    "available_on": "",
}
FUNDS: dict[str, str | None] = {
    "fund": None,
    "kind": None,
    "departments": "",
    "budget_cents": None,
    "only_for": "",
}
PLAN = ("school", "tags", "item", "source", "fund", "quantity")
REJECTS = ("file", "line", "field", "value", "reason")

ITEMS = ("tablet", "computer", "key", "sim")
FUND_KINDS = ("cite_educative", "department", "region", "national")
KINDS = ("device", "computer", "connection")
SERVES = {"device": ("tablet", "computer"), "computer": ("computer",), "connection": ("key", "sim")}
RULES = ("leximin", "proportional", "equal")
