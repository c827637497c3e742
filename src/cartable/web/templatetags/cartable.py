"""Template tags of the house: parts by name, and the address of the same list on another page."""

from datetime import datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from cartable.web.register import may_open


register = template.Library()


@register.filter
def html(part: Any) -> SafeString | Any:
    """Show a part that knows its own HTML (a badge); leave the rest to the escaping."""
    return part.__html__() if hasattr(part, "__html__") else part


@register.filter
def there(moment: datetime, form: str) -> str:
    """Write a moment as it stands, in the zone that it was put in: Django's own filter would turn it into Paris's."""
    return date_format(moment, form)


@register.filter
def page_numbers(page: Page) -> Any:
    """Give the page numbers to show, with "…" between."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.simple_tag(takes_context=True)
def same_with(context: RequestContext, **changes: Any) -> str:
    """Give the present query string with some parameters changed."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def url_if_open(context: RequestContext, name: str, *args: Any) -> str:
    """Give the address of a page if it opens to the person, else nothing."""
    return reverse(name, args=args) if may_open(context["request"].user, name) else ""
