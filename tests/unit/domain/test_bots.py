from __future__ import annotations

import pytest

from headwater.domain.bots import is_bot
from headwater.domain.devices import device_class

_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
PEOPLE = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36": "desktop",
    f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36": "mobile",
    f"Mozilla/5.0 (Linux; Android 14; SM-X710) {_CHROME} Safari/537.36": "tablet",
    f"Mozilla/5.0 (Linux; Android 6.0; CUBOT MAX) {_CHROME} Mobile Safari/537.36": "mobile",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": "desktop",
    "Mozilla/5.0 (Windows NT 6.3; WOW64; Trident/7.0; Touch; Tablet PC 2.0; rv:11.0)": "desktop",
    f"{_IPHONE} (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1": "mobile",
    f"{_IPHONE} Mobile/15E148 Safari/604.1 (Ecosia ios@9.2.3.1367)": "mobile",
    f"{_IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/500.0.0;FBDV/iPhone16,2;FBLC/en_US]": "mobile",
    f"{_IPHONE} (KHTML, like Gecko) GSA/102.0.304944559 Mobile/15E148 Safari/604.1": "mobile",
    f"{_IPHONE} Mobile/15E148 Safari/605.1 NAVER(inapp; search; 2000; 12.3.6)": "mobile",
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) Mobile/15E148 [Pinterest/iOS]": "tablet",
    "Mozilla/5.0 (Linux; Android 5.1; AFTS Build/LMY47O) Safari/537.36 SMART-TV": "desktop",
    "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)": "desktop",
    "Mozilla/5.0 (compatible;  MSIE 10.0; Windows NT 6.2; Trident/6.0)": "desktop",
    "Opera/9.80 (Android; Opera Mini/12.0.1987/37.7327; U; pl) Presto/2.12.423": "mobile",
}
PROGRAMS = [
    "",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    f"Mozilla/5.0 {_CHROME} Safari/537.36 (compatible; bingbot/2.0)",
    f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME} HeadlessChrome/142.0.0.0",
    "Mozilla/5.0 AppleWebKit/537.36 (compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 AppleWebKit/537.36 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
    f"Mozilla/5.0 (Linux; Android 11) {_CHROME} Mobile Safari/537.36 Chrome-Lighthouse",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; RetroList/1.0)",
    "Mozilla/5.0 (compatible)",
    f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME} Safari/537.36 CloudObservatory/1.0",
    "curl/8.5.0",
    "python-requests/2.32.3",
    "Go-http-client/2.0",
    "okhttp/4.12.0",
]


@pytest.mark.parametrize("user_agent", PROGRAMS)
def test_programs_that_say_so_are_bots(user_agent: str) -> None:
    assert is_bot(user_agent)


@pytest.mark.parametrize("user_agent", PEOPLE)
def test_browsers_are_not_bots(user_agent: str) -> None:
    assert not is_bot(user_agent)


@pytest.mark.parametrize(("user_agent", "device"), PEOPLE.items())
def test_tells_telephones_tablets_and_desktops(user_agent: str, device: str) -> None:
    assert device_class(user_agent) == device


def test_nothing_is_known_of_a_device_that_says_nothing() -> None:
    assert device_class(" ") == ""
