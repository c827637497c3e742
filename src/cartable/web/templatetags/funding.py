"""Money in templates."""

from django import template

from cartable.funding.rules import show


register = template.Library()


@register.filter
def euros(cents: int) -> str:
    """Write cents as people read them."""
    return show(cents)
