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
    };
    const ENGLISH = {
        copy: "Copy",
        copied: "Copied",
        copyAll: (count) => (count === 1 ? "Copy the command" : `Copy ${count} commands`),
        copyFile: "Copy the file",
        copyLink: "Copy link",
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
            const address = () => new URL(`#${heading.id}`, window.location.href).href;
            meta.append(copyButton(words.copyLink, words.copyLink, address));
        }
    }

    for (const file of document.querySelectorAll(".labbook-file")) {
        const text = () => `${file.querySelector("pre").textContent}\n`;
        file.querySelector(".labbook-bar").append(copyButton(words.copyFile, words.copy, text));
    }

    // What is wider than the page is scrolled by keyboard too.
    for (const output of document.querySelectorAll(".labbook-output, .labbook-dockerfile, .labbook-today")) {
        if (output.scrollWidth > output.clientWidth) {
            output.tabIndex = 0;
        }
    }

    // Of several engines, the one that was chosen is shown, here and on other pages.
    const STORED = "labbook-engine";
    const stored = () => {
        try {
            return window.localStorage.getItem(STORED);
        } catch {
            return null;
        }
    };
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
                try {
                    window.localStorage.setItem(STORED, head.dataset.name);
                } catch {
                    // A browser that keeps nothing shows it on this page only.
                }
                choose(head.dataset.name);
            });
            engines.append(button);
        }
        verdicts.prepend(engines);
    }
    choose(stored());
})();
