"""A document as a Word file: real headings and tables, its title and language set, page numbers as fields.

The rule to keep: styles and header rows carry the structure, so that a screen reader and "save as PDF" keep it.
"""

from __future__ import annotations

import io
import re
from datetime import UTC
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from bot.record.document import LANGUAGE, Block, Document, Heading, Points, Quote, Say, Table
from bot.record.times import moment

_LINE = 16.8  # centimetres between the margins of an A4 page
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BLACK = RGBColor(0, 0, 0)


def word(document: Document, zone: str) -> bytes:
    """The file."""
    file = docx.Document()
    _styles(file)
    _about(file, document)
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.1)
    section.top_margin, section.bottom_margin = Cm(2.3), Cm(2.1)
    section.header.paragraphs[0].text = _clean(f"{document.title}\t\t{document.mark}")
    foot = section.footer.paragraphs[0]
    foot.text = _clean(f"{document.charity}. Made {moment(document.made_at, zone)}.\t\tPage ")
    _field(foot, "PAGE")
    foot.add_run(" of ")
    _field(foot, "NUMPAGES")
    for part in (section.header.paragraphs[0], foot):
        part.paragraph_format.tab_stops.clear_all()
        part.paragraph_format.tab_stops.add_tab_stop(Cm(_LINE / 2))
        part.paragraph_format.tab_stops.add_tab_stop(Cm(_LINE), WD_TAB_ALIGNMENT.RIGHT)
    file.add_heading(_clean(document.title), 0)
    file.add_paragraph(_clean(document.charity))
    for block in document.blocks:
        _write(file, block)
    kept = io.BytesIO()
    file.save(kept)
    return kept.getvalue()


def _write(file: Any, block: Block) -> None:
    match block:
        case Heading(level, text):
            file.add_heading(_clean(text), level)
        case Say(text, weight):
            run = file.add_paragraph().add_run(_clean(text))
            run.bold = weight == "strong"
            if weight == "small":
                run.font.size = Pt(9)
        case Quote(text, source):
            lead = file.add_paragraph()
            lead.add_run(_clean(f"{source}:")).font.size = Pt(9)
            lead.paragraph_format.keep_with_next = True
            file.add_paragraph(_clean(text), style="Quote")
        case Points(items):
            for item in items:
                file.add_paragraph(_clean(item), style="List Bullet")
        case Table(header, rows, widths):
            _table(file, header, rows, widths)


def _table(file: Any, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], widths: tuple[int, ...]) -> None:
    made = file.add_table(rows=1 + len(rows), cols=len(header))
    made.style = "Table Grid"
    made.autofit = False
    shares = [Cm(_LINE * width / sum(widths)) for width in widths]
    for number, (row, cells) in enumerate(zip(made.rows, (header, *rows), strict=True)):
        for cell, text, width in zip(row.cells, cells, shares, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.style = "Table text"
            paragraph.add_run(_clean(text)).bold = number == 0
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no other way to say these two
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
    file.add_paragraph().paragraph_format.space_after = Pt(2)


def _styles(file: Any) -> None:
    styles = file.styles
    styles["Normal"].font.name, styles["Normal"].font.size = "Arial", Pt(10.5)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    for name, size in (("Title", 20), ("Heading 1", 14), ("Heading 2", 11.5)):
        style = styles[name]
        style.font.name, style.font.size, style.font.bold, style.font.color.rgb = "Arial", Pt(size), True, _BLACK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
    styles["Quote"].font.color.rgb = _BLACK
    styles["Quote"].paragraph_format.left_indent = Cm(0.6)
    small = styles.add_style("Table text", WD_STYLE_TYPE.PARAGRAPH)
    small.base_style = styles["Normal"]
    small.font.size = Pt(9)
    small.paragraph_format.space_after = Pt(2)
    properties = styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")[0]
    language = properties.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        properties.append(language)
    language.set(qn("w:val"), LANGUAGE)


def _about(file: Any, document: Document) -> None:
    about = file.core_properties
    about.title, about.author, about.language = _clean(document.title), _clean(document.charity), LANGUAGE
    about.subject, about.comments, about.keywords = _clean(document.mark), "", ""
    about.created = about.modified = document.made_at.astimezone(UTC)
    about.last_modified_by = ""


def _field(paragraph: Any, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 - likewise


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
