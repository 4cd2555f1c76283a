from gateway import clock
from gateway.store.queries.contacts import ContactDetail, ContactRow, MergeView
from gateway.store.queries.customers import ContactView, CustomerRow, CustomerView
from gateway.store.queries.groups import GroupRef, GroupView
from gateway.store.queries.paging import Page
from gateway.store.queries.tickets import CustomerRef
from webui.api.customerschemas import ContactPage, ContactWithNote, Customer, CustomerPage, Groups

NOW = clock.now()
ACME = CustomerRef("a", "Acme")


def test_a_customer_shows_all_of_it() -> None:
    view = CustomerView(
        "a",
        "Acme",
        NOW,
        ("acme.example",),
        (ContactView("c", "Ann", ("a@b.example",)),),
        (GroupRef("g", "North"),),
        "Pays late",
    )
    shown = Customer.of(view).model_dump()
    assert shown["contacts"] == [{"id": "c", "name": "Ann", "addresses": ["a@b.example"]}]
    assert shown["groups"] == [{"id": "g", "name": "North"}]
    assert (shown["domains"], shown["note"], shown["created_at"]) == (["acme.example"], "Pays late", NOW)


def test_lists_show_counts_and_the_next_page() -> None:
    page = CustomerPage.of(Page((CustomerRow("a", "Acme", NOW, 3),), "next"))
    assert (page.items[0].contact_count, page.next) == (3, "next")
    assert Groups.of((GroupView("g", "North", 2),)).items[0].customer_count == 2


def test_a_contact_names_its_customer_if_there_is_one() -> None:
    rows = ContactRow("c", "Ann", ("a@b.example",), ACME), ContactRow("d", "", (), None)
    shown = ContactPage.of(Page(rows, None)).model_dump()["items"]
    assert [one["customer"] for one in shown] == [{"id": "a", "name": "Acme"}, None]
    detail = ContactDetail("c", "Ann", ("a@b.example",), ACME, "Early riser", NOW)
    merge = MergeView("m", "Anne", ("x@y.example",), NOW)
    told = {"id": "m", "name": "Anne", "addresses": ["x@y.example"], "merged_at": NOW}
    more = {"note": "Early riser", "created_at": NOW, "merges": [told]}
    assert ContactWithNote.whole(detail, (merge,)).model_dump() == shown[0] | more
