// What pages of transcripts can do beside being read: copy commands, and show one of
// several engines. All of them can be read without this.

"use strict";

(() => {
    const KOREAN = {
        copy: "복사",
        copied: "복사됨",
        copyAll: (count) => `명령 ${count}개 복사`,
        copyFile: "파일 복사",
        copyLink: "링크 복사",
        search: "질문 검색",
        enlarge: "그림 크게 보기",
        practise: "출력 가리기",
        tried: "해 봤어요: 출력 보기",
    };
    const ENGLISH = {
        copy: "Copy",
        copied: "Copied",
        copyAll: (count) => (count === 1 ? "Copy the command" : `Copy ${count} commands`),
        copyFile: "Copy the file",
        copyLink: "Copy link",
        search: "Search the questions",
        enlarge: "Enlarge the image",
        practise: "Hide output",
        tried: "I have tried: show the output",
    };
    const words = document.documentElement.lang.startsWith("ko") ? KOREAN : ENGLISH;

    const ICON = '<svg viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5">'
        + '<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 2.5h-6a2 2 0 0 0-2 2v6"/></svg>';

    const write = async (text) => {
        if (navigator.clipboard && window.isSecureContext) {
            return navigator.clipboard.writeText(text);
        }
        const area = document.createElement("textarea");
        area.value = text;
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
    };

    const copyButton = (label, shown, text) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "labbook-button labbook-copy";
        button.innerHTML = ICON;
        button.append(shown);
        button.setAttribute("aria-label", label);
        button.title = label;
        button.addEventListener("click", async () => {
            await write(text());
            button.setAttribute("aria-label", words.copied);
            button.dataset.done = "";
            window.setTimeout(() => {
                button.setAttribute("aria-label", label);
                delete button.dataset.done;
            }, 2000);
        });
        return button;
    };

    // A command as it is typed: without the prompts that ask for its further lines.
    const commandOf = (step) => {
        const lines = [...step.querySelectorAll(".labbook-typed")].map((typed) => typed.textContent);
        return lines.join("\n");
    };

    // The page of the whole, on the page of a topic: its address outlives the topic's.
    const whole = document.querySelector(".labbook-class a[href]:not([href^='#'])");

    for (const session of document.querySelectorAll(".labbook-session")) {
        const steps = [...session.querySelectorAll(".labbook-step")].filter((step) => step.querySelector(".labbook-typed"));
        for (const step of steps) {
            const command = commandOf(step);
            step.append(copyButton(`${words.copy}: ${command}`, "", () => command));
        }
        const bar = session.querySelector(".labbook-bar");
        if (steps.length > 1 && bar) {
            const label = words.copyAll(steps.length);
            bar.append(copyButton(label, label, () => steps.map(commandOf).join("\n")));
        }
    }

    // The address of a question.
    for (const meta of document.querySelectorAll(".labbook-meta")) {
        const heading = meta.parentElement.querySelector(":scope > [id]");
        if (heading) {
            const address = () => new URL(`#${heading.id}`, whole ? whole.href : window.location.href).href;
            meta.append(copyButton(words.copyLink, "", address));
        }
    }

    for (const file of document.querySelectorAll(".labbook-file")) {
        const text = () => `${file.querySelector("pre").textContent}\n`;
        file.querySelector(".labbook-bar").append(copyButton(words.copyFile, words.copy, text));
    }

    const toggle = document.getElementById("mdbook-search-toggle") || document.getElementById("search-toggle");
    for (const door of toggle ? document.querySelectorAll(".labbook-door") : []) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "labbook-button";
        button.textContent = words.search;
        button.addEventListener("click", () => toggle.click());
        door.prepend(button);
    }

    // What is wider than the page is scrolled by keyboard too.
    for (const output of document.querySelectorAll(".labbook-output, .labbook-dockerfile, .labbook-today")) {
        if (output.scrollWidth > output.clientWidth) {
            output.tabIndex = 0;
        }
    }

    // What a browser keeps between visits; one that keeps nothing forgets it with the page.
    const kept = {
        get(name) {
            try {
                return window.localStorage.getItem(`labbook-${name}`);
            } catch {
                return null;
            }
        },
        set(name, value) {
            try {
                window.localStorage.setItem(`labbook-${name}`, value);
            } catch {
                // It holds on this page only.
            }
        },
    };

    // Output is hidden until the student has tried the step.
    const hideUntried = () => {
        const practising = kept.get("practise") === "on";
        for (const button of document.querySelectorAll(".labbook-practise")) {
            button.setAttribute("aria-pressed", String(practising));
        }
        for (const step of document.querySelectorAll(".labbook-step[id]")) {
            const tried = kept.get(`tried:${window.location.pathname}#${step.id}`) === "yes";
            step.classList.toggle("labbook-tried", practising && tried);
            const button = step.querySelector(".labbook-try");
            if (button) {
                button.hidden = !practising;
                button.setAttribute("aria-pressed", String(tried));
            }
            let shown = step.nextElementSibling;
            while (shown && !shown.matches(".labbook-step, .labbook-inside, .labbook-bar")) {
                shown.classList.toggle("labbook-untried", practising && !tried && button !== null);
                shown = shown.nextElementSibling;
            }
        }
    };
    for (const session of document.querySelectorAll(".labbook-session")) {
        const bar = session.querySelector(".labbook-bar");
        const steps = [...session.querySelectorAll(".labbook-step[id]:has(.labbook-typed)")];
        const printing = steps.filter((step) => step.nextElementSibling
            && step.nextElementSibling.matches(".labbook-output, .labbook-diff, .labbook-elided"));
        if (!bar || printing.length === 0) {
            continue;
        }
        const practise = document.createElement("button");
        practise.type = "button";
        practise.className = "labbook-button labbook-practise";
        practise.textContent = words.practise;
        practise.addEventListener("click", () => {
            kept.set("practise", kept.get("practise") === "on" ? "off" : "on");
            hideUntried();
        });
        bar.insertBefore(practise, bar.querySelector("button"));
        for (const step of printing) {
            const tried = document.createElement("button");
            tried.type = "button";
            tried.className = "labbook-button labbook-try";
            tried.textContent = "✓";
            tried.title = words.tried;
            tried.setAttribute("aria-label", words.tried);
            tried.addEventListener("click", () => {
                const name = `tried:${window.location.pathname}#${step.id}`;
                kept.set(name, kept.get(name) === "yes" ? "no" : "yes");
                hideUntried();
            });
            step.insertBefore(tried, step.querySelector(".labbook-copy"));
        }
    }
    hideUntried();

    // An address from before a question was mended, doubled or moved leads to what is most
    // like it on the page.
    const pairs = (text) => new Set([...text].slice(1).map((letter, at) => [...text][at] + letter));
    const likeness = (one, other) => {
        const [some, others] = [pairs(one), pairs(other)];
        const shared = [...some].filter((pair) => others.has(pair)).length;
        return (2 * shared) / Math.max(some.size + others.size, 1);
    };
    const lead = () => {
        const asked = decodeURIComponent(window.location.hash.slice(1));
        const there = document.getElementById(asked);
        if (asked === "" || (there && !there.closest(".labbook-index"))) {
            return;
        }
        // `step:day1/slug:4` is a step of the question.
        const slug = asked.replace(/^step:(?:.*\/)?/, "").replace(/(?::\d+)+$/, "");
        let [best, most] = [there, there ? 1 : 0.6];
        for (const place of there ? [] : document.querySelectorAll(".labbook-question > [id], .labbook-index li[id]")) {
            const like = likeness(slug, place.id);
            if (like > most) {
                [best, most] = [place, like];
            }
        }
        if (best && best.closest(".labbook-index")) {
            // The question has moved to the page of its topic.
            const page = best.querySelector("a").href;
            window.location.replace(slug === asked ? page : page.replace(/#.*/, `#${encodeURIComponent(asked)}`));
        } else if (best) {
            best.scrollIntoView();
        }
    };
    lead();
    window.addEventListener("hashchange", lead);

    // The sidebar shows topics: a page may hold hundreds of questions.
    document.addEventListener("DOMContentLoaded", () => {
        const questions = new Set([...document.querySelectorAll(".labbook-question > [id]")].map((heading) => `#${heading.id}`));
        for (const link of document.querySelectorAll(".header-in-summary")) {
            if (questions.has(link.getAttribute("href"))) {
                link.closest("li").hidden = true;
            }
        }
        for (const list of document.querySelectorAll(".header-item > ol")) {
            if (!list.querySelector("li:not([hidden])")) {
                list.parentElement.querySelectorAll(".header-toggle").forEach((toggle) => toggle.remove());
            }
        }
        for (const box of document.querySelectorAll(".checkbox-img")) {
            box.setAttribute("aria-label", words.enlarge);
        }
    });

    // Of several engines, the one that was chosen is shown, here and on other pages.
    const choose = (name) => {
        for (const verdicts of document.querySelectorAll(".labbook-verdicts")) {
            const heads = [...verdicts.querySelectorAll(".labbook-verdict[data-name]")];
            const chosen = heads.find((head) => head.dataset.name === name) || heads[0];
            if (heads.length < 2) {
                continue;
            }
            const scope = verdicts.closest(".labbook-question") || document.querySelector("main");
            for (const shown of scope.querySelectorAll("[data-engine]")) {
                shown.hidden = shown.dataset.engine !== chosen.dataset.engine;
            }
            for (const difference of scope.querySelectorAll(".labbook-diff")) {
                difference.classList.toggle("labbook-holds", !difference.querySelector("[data-engine]:not([hidden])"));
            }
            for (const button of verdicts.querySelectorAll(".labbook-engines button")) {
                button.setAttribute("aria-pressed", String(button.textContent === chosen.dataset.name));
            }
        }
    };
    for (const verdicts of document.querySelectorAll(".labbook-verdicts")) {
        const heads = [...verdicts.querySelectorAll(".labbook-verdict[data-name]")];
        if (heads.length < 2) {
            continue;
        }
        const engines = document.createElement("div");
        engines.className = "labbook-engines labbook-own";
        for (const head of heads) {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "labbook-button";
            button.textContent = head.dataset.name;
            button.addEventListener("click", () => {
                kept.set("engine", head.dataset.name);
                choose(head.dataset.name);
            });
            engines.append(button);
        }
        verdicts.prepend(engines);
    }
    choose(kept.get("engine"));
})();
