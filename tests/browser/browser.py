# SPDX-License-Identifier: MIT
"""Chromium for the page's tests, by Debian's chromium-driver and python3-selenium."""
import base64
import json
import os
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

LIGHT = {"media": "", "features": [{"name": "prefers-color-scheme", "value": "light"}]}
DARK = {"media": "", "features": [{"name": "prefers-color-scheme", "value": "dark"}]}
PRINT = {"media": "print", "features": [{"name": "prefers-color-scheme", "value": "light"}]}


def start(chromium, chromedriver):
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--force-device-scale-factor=1", "--window-size=1440,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service(chromedriver), options=options)
    driver.set_script_timeout(600)  # axe looks at every element, and the machine may be busy
    return driver


class Page:
    """One page at a time: each is opened anew, with a size, colours and scripts of its own."""

    def __init__(self, driver):
        self.driver = driver
        self.errors = []

    def open(self, address, width=1440, height=900, media=None, scripts=True):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.emulate(media or LIGHT)
        self.command("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.driver.get("about:blank")
        self.look()
        self.errors = []
        self.driver.get(address)
        self.look()

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def emulate(self, media):
        self.command("Emulation.setEmulatedMedia", **media)

    def look(self):
        """Adds what the browser complained of and what the page asked for since the last look to the errors."""
        for entry in self.driver.get_log("browser"):
            if entry["level"] in ("SEVERE", "WARNING"):
                self.errors.append(entry["message"])
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                address = message["params"]["request"]["url"]
                if not address.startswith(("data:", "file:", "about:")):
                    self.errors.append("asks for " + address)
        return self.errors

    def evaluate(self, script, *arguments):
        """The value of an expression of JavaScript."""
        return self.driver.execute_script(f"return ({script});", *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def count(self, selector):
        return len(self.all(selector))

    def text(self, selector):
        """The first such element's text, whether it is in view or not."""
        return self.one(selector).get_attribute("textContent")

    def texts(self, selector):
        return self.evaluate("[...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def seen(self, selector):
        """The first such element takes up room and is not hidden. (To Selenium a <noscript> is never displayed.)"""
        return self.evaluate("((e) => e.getClientRects().length > 0 && e.getBoundingClientRect().height > 0 &&"
                             " getComputedStyle(e).visibility === 'visible')(arguments[0])", self.one(selector))

    def click(self, element):
        """By the mouse, in the middle of what is in view: nothing may lie above it."""
        if isinstance(element, str):
            element = self.one(element)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def check(self, element, on=True):
        if isinstance(element, str):
            element = self.one(element)
        if element.is_selected() != on:
            self.click(element)
        assert element.is_selected() == on

    def select(self, identifier, value=None, label=None):
        choice = Select(self.one("#" + identifier))
        if label is None:
            choice.select_by_value(value)
        else:
            choice.select_by_visible_text(label)

    def fill(self, identifier, value):
        """Sets a slider as a hand does: its value, and the events that go with it."""
        self.driver.execute_script(
            "arguments[0].value = arguments[1];"
            "for (const name of ['input', 'change']) arguments[0].dispatchEvent(new Event(name, {bubbles: true}));",
            self.one("#" + identifier), str(value))

    def focus(self, selector):
        self.driver.execute_script("arguments[0].focus()", self.one(selector))

    def press(self, key):
        ActionChains(self.driver).send_keys(key).perform()

    def active(self, what):
        """A property of the element that has the focus."""
        return self.evaluate(f"document.activeElement.{what}")

    def wait(self, seconds=0.05):
        time.sleep(seconds)

    def screenshot(self, path, whole=True):
        view = {}
        if whole:
            size = self.command("Page.getLayoutMetrics")["cssContentSize"]
            view = {"captureBeyondViewport": True,
                    "clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.command("Page.captureScreenshot", format="png", **view)["data"]))
