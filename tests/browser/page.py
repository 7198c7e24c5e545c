#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Looks at the pages of WORK/study and WORK/bare in Chromium.

usage: page.py CHROMIUM CHROMEDRIVER WORK [AXE.js]
Prints "ok NAME" or "not ok NAME" with what was wrong below it. Screenshots stay in WORK/screenshots. Without AXE.js,
the file of axe-core, its checks are left out."""
import os
import pathlib
import re
import sys

sys.dont_write_bytecode = True
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import browser

problems = []


def check(name, right, what=None):
    if not right:
        problems.append(name if what is None else f"{name}: {what}")


def report(name):
    print(f"ok {name}" if not problems else f"not ok {name}", flush=True)
    for problem in problems:
        print("    " + problem, flush=True)
    problems.clear()


def settled(page):
    """The explorer has drawn what it was told to."""
    before = ""
    for _ in range(60):
        now = page.evaluate("[...document.querySelectorAll('#maps figure')].map((figure) => figure.textContent).join()"
                            " + document.getElementById('status').textContent")
        if now == before and now != "":
            return
        before = now
        page.wait()


def figures(page):
    return page.count("#maps figure")


def status(page):
    return page.text("#status")


def ink(page, n):
    """The drawn pixels of the nth map, as a short text."""
    return page.driver.execute_script("""
        const canvas = document.querySelectorAll('#maps canvas')[arguments[0]];
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let sum = 0;
        for (let i = 0; i < data.length; i++) sum = (sum * 31 + data[i]) >>> 0;
        return String(sum);""", n)


def errors_are_seen(page, work):
    """The watch itself: a page that complains, throws and asks for something is seen to."""
    bad = pathlib.Path(work, "bad.html")
    bad.write_text("<!DOCTYPE html><title>bad</title><script>console.error('complains');console.warn('warns')</script>"
                   "<script>throw new Error('throws')</script><img src='http://127.0.0.1:9/asked.png'>")
    page.open(bad.as_uri())
    page.wait(0.3)
    page.look()
    for part in ("complains", "warns", "throws", "asks for http://127.0.0.1:9/asked.png"):
        check(part, any(part in error for error in page.errors), page.errors)
    report("errors and requests are seen")


def tables(page):
    table = "table[aria-describedby=table-models]"

    def column(n):
        return [float(text) for text in page.texts(f"{table} tbody tr td:nth-child({n})")]

    def ordered(values, sign):
        return len(values) > 1 and all(sign * (b - a) >= 0 for a, b in zip(values, values[1:]))

    header = [th for th in page.all(f"{table} thead th") if "Accuracy" in th.get_attribute("textContent")][0]
    button = header.find_element(By.CSS_SELECTOR, "button")
    before = column(4)
    page.click(button)
    check("sorts down first", ordered(column(4), -1), column(4))
    check("says so", header.get_attribute("aria-sort") == "descending")
    button.send_keys(Keys.ENTER)
    check("sorts up by keyboard", ordered(column(4), 1), column(4))
    check("says so", header.get_attribute("aria-sort") == "ascending")
    check("it was not sorted before", before != column(4))
    check("one column is marked", page.count(f"{table} [aria-sort]") == 1)
    # Two rows of headers; the baselines stay at the end.
    wide = "table[aria-describedby=table-correct]"

    def cells():
        return page.evaluate("[...document.querySelectorAll(arguments[0])].map((cell) => Number(cell.dataset.value))",
                             f"{wide} tbody tr:not(.baseline) td:nth-child(6)")

    page.click(page.all(f"{wide} thead tr:nth-child(2) th button")[4])
    check("sorts under two rows of headers", ordered(cells(), -1), cells())
    check("baselines stay last", page.all(f"{wide} tbody tr")[-1].get_attribute("class") == "baseline")
    report("tables sort by click and by keyboard")


def method_box(page, title):
    return [label for label in page.all("#methods label") if title in label.get_attribute("textContent")][0] \
        .find_element(By.CSS_SELECTOR, "input")


def explorer(page):
    settled(page)
    every = figures(page)
    check("eight methods and three baselines", every == 11, every)
    first = status(page)
    check("the image is described", re.search(r"Holdout image \d+: \d (round|irregular) lesions", first), first)
    # Another image.
    one = ink(page, 0)
    page.check(page.all("#thumbs input")[1])
    settled(page)
    check("another image has another map", one != ink(page, 0))
    check("and another description", first != status(page))
    # Another network.
    two = ink(page, 0)
    page.select("degree", "1")
    settled(page)
    check("another degree has another map", two != ink(page, 0))
    check("it is named", "degree 1" in status(page), status(page))
    page.select("corpus", label="ImageNet")
    settled(page)
    check("another pre-training is named", "ImageNet" in status(page))
    seed = ink(page, 0)
    page.select("seed", "1")
    settled(page)
    check("another seed has another map", seed != ink(page, 0))
    # Methods.
    page.check(method_box(page, "Saliency"), False)
    settled(page)
    check("a method is hidden", figures(page) == every - 1, figures(page))
    check("the right one", not any("Saliency" in text for text in page.texts("#maps b")))
    page.check(method_box(page, "Saliency"))
    settled(page)
    check("and shown again", figures(page) == every)
    # Networks side by side.
    page.select("compare", "networks")
    page.select("method", label="Saliency")
    page.select("seed", "all")
    settled(page)
    check("all networks stand side by side", figures(page) == 21, figures(page))
    page.select("seed", "0")
    settled(page)
    check("of one seed", figures(page) == 11, figures(page))
    page.select("compare", "methods")
    # The other condition.
    page.select("condition", "1")
    settled(page)
    check("matched networks have maps", figures(page) == every, figures(page))
    page.select("condition", "0")
    settled(page)
    report("the explorer switches image, network, seed, methods and condition")


def filters(page):
    def images():
        return page.count("#thumbs input")

    every = images()
    for outcome in ("correct", "right", "wrong"):
        page.select("outcome", outcome)
        settled(page)
        count, said = images(), status(page)
        check(f"{outcome} are some", 0 < count < every, count)
        check(f"{outcome} is true of the network", ("is wrong" if outcome == "wrong" else "is right") in said, said)
    page.select("outcome", "all")
    page.select("lesions", "4")
    settled(page)
    check("lesions are counted", images() < every and " 4 " in status(page), status(page))
    page.select("outcome", "wrong")
    page.select("lesions", "3")
    settled(page)
    check("nothing left is said", images() > 0 or status(page).startswith("No kept image"))
    page.select("outcome", "all")
    page.select("lesions", "all")
    settled(page)
    check("all come back", images() == every)
    report("the explorer filters by outcome and number of lesions")


def sliders(page):
    page.check("#thumbs input")
    settled(page)

    def value(identifier, to):
        page.fill(identifier, to)
        settled(page)
        return ink(page, 0)

    full = value("threshold", 0)
    some = value("threshold", 60)
    check("the threshold hides", full != some)
    check("it is told", page.text("#threshold-now").startswith("60"))
    half = value("opacity", 50)
    check("the opacity mixes", half != some)
    none = value("opacity", 0)
    page.select("show", "image")
    settled(page)
    check("without opacity the image is left", none == ink(page, 0))
    page.select("show", "answer")
    settled(page)
    # The answer's hits are the TPR of the caption.
    found = page.driver.execute_script("""
        const canvas = document.querySelector('#maps canvas');
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let hits = 0;
        let misses = 0;
        for (let i = 0; i < data.length; i += 4) {
          hits += data[i] === 0 && data[i + 1] === 158 && data[i + 2] === 115;
          misses += data[i] === 204 && data[i + 1] === 121 && data[i + 2] === 167;
        }
        return hits / (hits + misses);""")
    told = float(re.search(r"TPR ([\d.]+)", page.text("#maps figcaption"))[1])
    check("hits are the true positive rate", abs(found - told) < 0.006, f"{found} {told}")
    page.select("show", "map")
    settled(page)
    check("the truth is outlined", page.count("#maps svg path") == 11)
    page.check("#outline", False)
    settled(page)
    check("or not", page.count("#maps svg") == 0)
    page.check("#outline")
    settled(page)
    page.click("#maps summary")
    health = page.text("#maps details")
    check("health is told", "Completeness error" in health and "Exactly zero" in health, health)
    report("overlay, threshold, answer, outline, scores and health")


def keyboard(page):
    page.driver.refresh()
    settled(page)
    page.press(Keys.TAB)
    check("the first stop skips to the summary", page.active("className") == "skip", page.active("className"))
    seen = set()
    for _ in range(80):
        page.press(Keys.TAB)
        seen.add(page.active("id"))
        if "outline" in seen:
            break
    for identifier in ("condition", "compare", "corpus", "degree", "seed", "outcome", "lesions", "show", "opacity",
                       "threshold", "outline"):
        check(f"{identifier} is reached", identifier in seen)
    page.focus("#opacity")
    before = page.one("#opacity").get_property("value")
    page.press(Keys.ARROW_LEFT)
    check("arrows move the slider", before != page.one("#opacity").get_property("value"))
    page.focus("#outline")
    page.press(Keys.TAB)
    image = status(page)
    check("the images are one stop", page.active("name") == "image", page.active("outerHTML.slice(0, 80)"))
    page.press(Keys.ARROW_RIGHT)
    settled(page)
    check("arrows choose the image", image != status(page))
    page.press(Keys.TAB)
    page.press(Keys.SPACE)
    settled(page)
    check("space hides a method", figures(page) == 10, figures(page))
    report("the explorer by keyboard")


def contents(page, address):
    """The list of contents stays in view wherever the page is, beside the text or above it, and leads to its parts."""
    links = "nav.contents a"
    page.open(address)
    twice = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)"
                          ".filter((id, i, ids) => ids.indexOf(id) !== i)")
    check("no name is given twice", not twice, twice)
    for width in (1440, 768, 390):
        page.open(address, width)
        settled(page)
        targets = page.evaluate("[...document.querySelectorAll(arguments[0])].map((a) => a.hash.slice(1))", links)
        check("every part is in it", targets == page.evaluate(
            "[...document.querySelectorAll('main > section > h2')].map((h) => h.id)"), targets)
        bottom = page.evaluate("document.documentElement.scrollHeight")
        for place in (0.3, 0.6, 1):
            page.driver.execute_script("scrollTo(0, arguments[0])", place * bottom)
            page.wait(0.3)
            box = page.evaluate("(({top, bottom, left, right}) => ({top, bottom, left, right}))"
                                "(document.querySelector('nav.contents').getBoundingClientRect())")
            check(f"{width}: in view at {place}", box["top"] >= 0 and box["bottom"] <= 901 and box["left"] >= 0
                  and box["right"] <= width, box)
            check(f"{width}: it takes little of the window", width > 1000 or box["bottom"] - box["top"] < 90, box)
        # By keyboard: from the top the links come right after the skip link; Enter leads there, below the list.
        page.driver.execute_script("scrollTo(0, 0); document.activeElement.blur()")
        page.wait(0.3)
        page.focus(".skip")
        for n in range(4):
            page.press(Keys.TAB)
            page.wait(0.2)
            check(f"{width}: link {n} has the focus", page.active("hash") == "#" + targets[n], page.active("outerHTML"))
            box = page.evaluate("(({left, right}) => [left, right])(document.activeElement.getBoundingClientRect())")
            check(f"{width}: link {n} is in view", box[0] >= -1 and box[1] <= width + 1, box)
        page.press(Keys.ENTER)
        page.wait(0.5)
        top = page.evaluate("document.getElementById(arguments[0]).getBoundingClientRect().top", targets[3])
        above = page.evaluate("document.querySelector('nav.contents').getBoundingClientRect().bottom") \
            if width < 1000 else 0
        check(f"{width}: it leads below the list", above <= top < 450, f"{above} {top}")
        marked = page.evaluate("[...document.querySelectorAll('nav.contents [aria-current]')].map((a) => a.hash)")
        check(f"{width}: the part in view is marked", marked == ["#" + targets[3]], marked)
        # What has the focus is not under the list.
        page.focus("#run")
        for _ in range(25):
            page.press(Keys.TAB)
            hidden = page.evaluate("""(() => {
                const nav = document.querySelector('nav.contents');
                const here = document.activeElement;
                const box = here.getBoundingClientRect();
                const bar = nav.getBoundingClientRect();
                return here !== document.body && !nav.contains(here) && box.height < 400 && box.left < bar.right &&
                  box.right > bar.left && box.top < bar.bottom - 1 && box.bottom > bar.top + 1 ?
                  here.outerHTML.slice(0, 80) : '';
            })()""")
            check(f"{width}: nothing under the list has the focus", hidden == "", hidden)
        report(f"the contents stay in view at {width} pixels")


def accessibility(page, axe, name):
    if axe is None:
        return
    page.driver.execute_script("""
        const style = document.createElement('style');
        style.textContent = '*{transition:none!important}';
        document.head.append(style);""")
    page.driver.execute_script(axe)
    result = page.driver.execute_async_script("""
        const done = arguments[0];
        axe.run(document, {resultTypes: ['violations']}).then(done, (error) => done({failed: String(error)}));""")
    for fault in result.get("violations", []):
        if fault["impact"] in ("serious", "critical"):
            nodes = " | ".join(node["html"][:160] for node in fault["nodes"][:3])
            check(fault["id"], False, f"{fault['help']}: {nodes}")
    check("axe looked", len(result.get("passes", [])) > 20, result.get("failed", len(result.get("passes", []))))
    report(name)


def layout(page, width, shots):
    """Nothing sticks out of the page, and nothing lies over its neighbour."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    check("no sideways scrolling", wide <= width, wide)
    out = page.driver.execute_script("""
        const found = [];
        const inside = (element) => element.closest('.scroll, .thumbs, pre, .unseen, .skip, svg');
        for (const element of document.querySelectorAll('main *, header *')) {
          const box = element.getBoundingClientRect();
          if (box.width > 0 && !inside(element) && (box.right > innerWidth + 1 || box.left < -1)) {
            found.push(element.outerHTML.slice(0, 100));
          }
        }
        const blocks = [...document.querySelectorAll('main > section > *, .controls > *, .maps > *')]
          .map((element) => [element, element.getBoundingClientRect()]).filter(([, box]) => box.height > 0);
        for (const [a, x] of blocks) {
          for (const [b, y] of blocks) {
            if (a !== b && !a.contains(b) && !b.contains(a) && x.left < y.right - 2 && y.left < x.right - 2 &&
                x.top < y.bottom - 2 && y.top < x.bottom - 2) {
              found.push('over each other: ' + a.outerHTML.slice(0, 60) + ' ' + b.outerHTML.slice(0, 60));
            }
          }
        }
        return found.slice(0, 5);""")
    check("nothing is cut or overlaps", not out, " | ".join(out))
    page.screenshot(os.path.join(shots, f"page_{width}.png"))


def look(page, work, axe):
    shots = os.path.join(os.path.abspath(work), "screenshots")

    def address(name):
        return pathlib.Path(work, name, "report/index.html").resolve().as_uri()

    def no_error():
        check("no error", not page.look(), "; ".join(page.errors))

    errors_are_seen(page, work)
    page.open(address("study"))
    check("of scripts nothing is said", not page.seen("noscript"))
    size = os.path.getsize(os.path.join(work, "study/report/index.html"))
    check("below 20 MB", size < 20e6, size)
    for part in (tables, explorer, filters, sliders, keyboard):
        part(page)
    accessibility(page, axe, "no serious fault by axe, light")
    no_error()
    report("no errors, no requests")
    for width in (1440, 768, 390):
        page.open(address("study"), width)
        settled(page)
        layout(page, width, shots)
        no_error()
        report(f"layout at {width} pixels")
    contents(page, address("study"))
    page.open(address("study"), 390, media=browser.DARK)
    settled(page)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    check("the paper is dark", paper == "rgb(21, 25, 29)", paper)
    report("the page in the dark")
    accessibility(page, axe, "no serious fault by axe, dark")
    page.screenshot(os.path.join(shots, "dark_390.png"))
    page.emulate(browser.PRINT)
    check("controls are not printed", not page.seen(".controls"))
    check("contents are not printed", not page.seen("nav.contents"))
    check("maps are printed", page.seen("#maps canvas"))
    report("the page in print")
    page.open(address("study"), scripts=False)
    check("scripts are off", figures(page) == 0)
    check("without scripts it is said", page.seen("noscript"))
    check("the summary is there", page.seen(".lead"))
    report("the page without scripts")
    page.open(address("bare"), 390)
    check("no explorer", page.count("#explorer") == 0)
    missing = page.text("#missing + p + ul")
    check("what is missing is named", "tables/explanation.csv" in missing, missing)
    no_error()
    report("the page of a bare study")


def main():
    chromium, chromedriver, work = sys.argv[1:4]
    axe = pathlib.Path(sys.argv[4]).read_text(encoding="utf-8") if len(sys.argv) > 4 else None
    driver = None
    try:
        driver = browser.start(chromium, chromedriver)
        look(browser.Page(driver), work, axe)
    except Exception as error:  # whatever stops the browser is one failed test, not a silent end
        check("it stopped", False, " ".join(str(error).split("\n")[:6]) or repr(error))
        report("the page in a browser")
    finally:
        if driver is not None:
            driver.quit()


if __name__ == "__main__":
    main()
