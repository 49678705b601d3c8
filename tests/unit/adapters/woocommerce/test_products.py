"""What is remembered of products."""

from kvitt.adapters.woocommerce import products
from kvitt.adapters.woocommerce.products import ProductFacts, ProductKey, Shelf
from unit.adapters.samples import fields_of


def test_the_shelf_has_room_for_so_many() -> None:
    """The product that was used longest ago makes room for a new one."""
    shelf = Shelf(room=2)
    shelf.put({1: ProductFacts(virtual=True), 2: ProductFacts()})
    shelf.find([ProductKey(1)])
    shelf.put({3: ProductFacts()})

    keys = [ProductKey(number) for number in (1, 2, 3)]
    assert sorted(shelf.find(keys)) == [1, 3]


def test_a_variation_is_kept_under_its_own_id() -> None:
    """A variation may be virtual where its product is not."""
    shelf = Shelf()
    shelf.put({8: ProductFacts(virtual=True)})

    assert shelf.find([ProductKey(7, 8)]) == {8: ProductFacts(virtual=True)}
    assert shelf.find([ProductKey(7)]) == {}


def test_deleted_products_are_not_asked_about() -> None:
    """A line whose product is gone has no id, and equal products are one."""
    lines = [fields_of({"product_id": number, "variation_id": 0}) for number in (0, 15, 15, 16)]

    assert products.keys_of(lines) == (ProductKey(15), ProductKey(16))


def test_only_web_addresses_reach_the_customer() -> None:
    """An address of another scheme is left out of Klarna's order lines."""
    found = products.parse_products(
        [
            fields_of({"id": 1, "virtual": True, "permalink": "https://shop.example/a"}),
            fields_of({"id": 2, "permalink": "javascript:alert(1)"}),
        ]
    )

    assert found == {
        1: ProductFacts(virtual=True, url="https://shop.example/a"),
        2: ProductFacts(virtual=False),
    }
