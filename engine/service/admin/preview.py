"""The card as the draft makes it, in any language, direction and role, before anybody else sees it."""

from __future__ import annotations

from engine import access, i18n
from engine.errors import BadValue, Forbidden
from engine.i18n.pseudo import pseudo_catalog
from engine.messages import M_
from engine.metadata.model import SOURCE_LANGUAGE, Catalog
from engine.render import form
from engine.render.view import NOTHING_KNOWN, View
from engine.service import fixed, ruling, writing
from engine.service.admin import desk as desks
from engine.service.visit import Visit

DIRECTIONS = ("ltr", "rtl")


def show(visit: Visit, name: str, *, language: str = "", direction: str = "", role: str = "administrator", framed: bool = False) -> str:
    """A page of its own. Raises SignInNeeded, Forbidden, UnknownEntity, BadValue."""
    desk = desks.open_desk(visit)
    spoken = i18n.language(language, {one.tag: one for one in visit.languages.choosable(everything=True)}) if language else visit.language
    if spoken is None:
        raise BadValue("language", M_("There is no language “%(name)s” here.", name=language[:40]))
    if direction not in ("", *DIRECTIONS) or role not in access.ROLES:
        raise BadValue("direction", M_("This preview is not understood."))
    speaker = visit.languages.speaker(visit.site.locales, spoken)
    catalog: Catalog = pseudo_catalog(desk.catalog, visit.rows, spoken.tag) if spoken.is_pseudo else desk.catalog
    view = View(catalog, visit.rows, speaker, spoken.chain)
    told: dict[str, object] = {
        "lang": SOURCE_LANGUAGE if spoken.is_pseudo else spoken.tag,
        "dir": direction or spoken.direction,
        "theme": visit.theme,
        "framed": framed,
        "back_url": f"/admin/{name}/fields",
        "entity": view.named(catalog.entity(name)),
        "sections": None,
        "rules": None,
    }
    try:
        entity = access.restrict(catalog, name, access.role(role), "create")
    except Forbidden:
        return visit.site.pages.draw(speaker, "admin/preview.html", page=told)
    region = i18n.region(spoken, str(visit.region.timezone))
    values = writing.defaults(view.dictionaries, entity)
    ruled = ruling.on_draft(visit, view, region, entity, values)
    card = form.bake(visit.site.pages, view, entity, entity.owner, ruled.notes)
    entries = form.entries_of(entity, values, view, region)
    entries = form.with_fixed(entity, entries, fixed.reasons(view, entity, None), values, view, region, NOTHING_KNOWN)
    told["sections"] = form.fill(card, entries, ruled.hidden)
    told["rules"] = ruled.told
    told["nav"] = [{"id": f"g-{section.group.name}", "label": section.label, "errors": 0} for section in card.sections]
    return visit.site.pages.draw(speaker, "admin/preview.html", page=told)


