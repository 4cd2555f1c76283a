"""What is typed about colleagues, read and limited; what it means is the desk's business."""

from werkzeug.datastructures import MultiDict

from gateway.desk.groups import MAX_GROUPS
from gateway.desk.staff import Access
from gateway.errors import Invalid
from gateway.rules.access import Role


def read_access(form: MultiDict[str, str]) -> Access:
    """What a colleague is and whose customers they see; Invalid for a role that there is not."""
    try:
        role = Role(form.get("role", ""))
    except ValueError:
        raise Invalid("A colleague is admin or staff.", field="role") from None
    return Access(role, form.get("sees") == "all", tuple(form.getlist("groups")[:MAX_GROUPS]))
