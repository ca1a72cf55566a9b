// Search for questions, in Korean and in English.
//
// mdBook's index knows English only: of a Hangul word nothing is left in it, nor in the
// query. The texts themselves are in it, though, so they are looked through here, and
// mdBook shows what is found. Text is compared letter by letter of Hangul: what an input
// method has not finished (보, 볼ㄹ) is the beginning of what it will be (볼륨).

(() => {
    const Index = window.elasticlunr && window.elasticlunr.Index;
    if (!Index) {
        return;
    }

    // What the build puts behind a question's class and topic, and behind a verdict.
    const AFTER_PLACE = "\u2063";
    const AFTER_VERDICT = "\u2064";

    // What stands between two of these is a list of questions that are elsewhere.
    const PASSED_OVER = /\u2062[^\u2062]*\u2062/gu;

    // Names of the same thing. A word of a query stands for all of its row.
    const SAME = [
        ["도커", "docker"], ["컨테이너", "container"], ["이미지", "image"], ["볼륨", "volume"],
        ["바인드", "bind"], ["마운트", "mount"], ["네트워크", "network"], ["포트", "port"],
        ["브리지", "브릿지", "bridge"], ["레지스트리", "registry"], ["레이어", "layer"], ["태그", "tag"],
        ["도커파일", "dockerfile"], ["빌드", "build"], ["캐시", "cache"], ["컴포즈", "compose"],
        ["멀티스테이지", "multi-stage", "multistage", "multi stage"], ["가상 머신", "가상머신", "vm"],
        ["환경 변수", "환경변수", "env"], ["디렉토리", "디렉터리", "폴더", "directory"],
        ["데몬", "daemon"], ["호스트", "host"], ["로그", "log"], ["셸", "쉘", "shell"], ["명령", "command"],
        ["쿠버네티스", "kubernetes", "k8s"], ["파드", "포드", "pod"], ["노드", "node"],
        ["디플로이먼트", "deployment"], ["레플리카셋", "replicaset"], ["서비스", "service"],
        ["시크릿", "secret"], ["컨피그맵", "configmap"], ["네임스페이스", "namespace"],
        ["인그레스", "ingress"], ["로드밸런서", "로드밸런싱", "loadbalancer", "load balancer"],
        ["프로브", "probe"], ["스테이트풀셋", "statefulset"], ["데몬셋", "daemonset"], ["헬름", "helm"],
        ["컨트롤 플레인", "마스터", "control plane"], ["클러스터", "cluster"], ["오토스케일링", "hpa"],
        ["삭제", "제거", "지우", "지울", "delete", "remove", "prune"], ["실행", "띄우", "띄운", "run"],
        ["중지", "종료", "멈추", "멈춘", "꺼지", "꺼져", "죽", "장애", "stop", "exit"], ["재시작", "재부팅", "restart", "reboot"],
        ["접속", "연결", "connect"], ["차이", "다른", "다르", "difference"], ["이유", "왜", "why"],
        ["사용자", "유저", "계정", "user"], ["권한", "permission", "sudo"], ["리소스", "자원", "resource"],
        ["제한", "limit"], ["요청", "request"], ["서브넷", "cidr", "subnet"], ["의미", "뜻", "meaning"],
        ["오프라인", "인터넷이 안", "폐쇄망", "offline"], ["복사", "옮기", "copy"], ["저장", "보관", "store"],
        ["설치", "install"], ["공유", "같이 쓰", "같이 써", "같은", "share"], ["라운드로빈", "round-robin", "round robin", "순서대로"], ["패키지", "라이브러리", "의존성", "npm", "pip", "library", "package"],
        ["매번", "때마다", "every time"], ["최신", "latest"], ["데이터베이스", "디비", "db", "database"],
        ["아이피", "ip"], ["주소", "address"], ["통신", "communicat"], ["정리", "청소", "prune", "clean"],
        ["목록", "list"], ["파일", "file"], ["용량", "크기", "사이즈", "size"], ["백그라운드", "detached"],
        ["포그라운드", "foreground"], ["오류", "에러", "error"], ["암호화", "encrypt"], ["속도", "느린", "빠른", "성능", "slow", "performance"],
    ];

    const ofBook = document.querySelector(".labbook-names");
    SAME.push(...(ofBook ? ofBook.dataset.names.split("\n").map((row) => row.split("|")) : []));

    // Endings that say how a word is used, longest first.
    const ENDINGS = ("되자마자 하자마자 이라는 이라고 에서는 으로는 에게서 하려면 하나요 되나요 인가요 는가요 은가요 습니다 합니다 됩니다 "
        + "했는데 했더니 됐는데 하는데 되는데 한가요 할까요 될까요 려고요 싶어요 자마자 으려면 됐어요 했어요 았어요 었어요 하는법 "
        + "돼요 돼서 해서 려면 는데 인데 은데 던데 어서 아서 으면 하게 되게 "
        + "라는 라고 에서 에게 에는 에도 으로 까지 부터 처럼 보다 하고 이나 이란 이랑 하는 하면 하기 되는 되면 나요 가요 까요 "
        + "어요 아요 해요 세요 "
        + "은 는 이 가 을 를 의 에 로 와 과 도 만 나 란 랑 들 한 할 된 됨 함 기 면 요").split(" ");

    // Words that say nothing about what is looked for.
    const EMPTY = new Set("the a an is are do does how what to of in on for can i 방법 어떻게 뭔가요 뭐가 무엇 것 수 좀 하는법 해요".split(" "));

    const LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
    const FINALS = ["ㄱ", "ㄲ", "ㄱㅅ", "ㄴ", "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄹ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ", "ㄹㅌ", "ㄹㅍ", "ㄹㅎ",
        "ㅁ", "ㅂ", "ㅂㅅ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅊ", "ㅋ", "ㅌ", "ㅍ", "ㅎ"];
    const lead = (letter) => String.fromCharCode(0x1100 + LEADS.indexOf(letter));
    const final = (letter) => String.fromCharCode(0x11a8 + FINALS.indexOf(letter));

    // The letters of a text: 볼 is ㅂㅗㄹ.
    const letters = (text) => (text || "").toLowerCase().normalize("NFD")
        .replace(/[ㄱ-ㅎ]/gu, (letter) => (LEADS.includes(letter) ? lead(letter) : letter));

    // What an unfinished word may become: its last consonant may begin the next syllable
    // (돜: 도커) or be half of two (갑: 값), its last vowel may be half of one (우: 워).
    const VOWELS = { "\u1169": "\u116a\u116b\u116c", "\u116e": "\u116f\u1170\u1171", "\u1173": "\u1174" };
    const unfinished = (word) => {
        const begun = word.slice(0, -1);
        const last = word[word.length - 1];
        const parts = FINALS[last.charCodeAt(0) - 0x11a8];
        if (parts === undefined) {
            return [word, ...[...(VOWELS[last] || "")].map((vowel) => begun + vowel)];
        }
        const kept = parts.length > 1 ? final(parts[0]) : "";
        const double = FINALS.filter((both) => both.length > 1 && both[0] === parts).map((both) => begun + final(both));
        return [word, begun + kept + lead(parts[parts.length - 1]), ...double];
    };

    // What is left of a word without its endings.
    const stems = (word) => {
        const found = [];
        let rest = word;
        for (let round = 0; round < 2; round += 1) {
            const ending = ENDINGS.find((end) => rest.length > end.length + 1 && rest.endsWith(end));
            if (!ending || !/[가-힣]$/u.test(rest)) {
                break;
            }
            rest = rest.slice(0, -ending.length);
            found.push(rest);
        }
        return found;
    };

    const sameAs = (word) => {
        const row = SAME.filter((names) => names.includes(word));
        return row.flat().filter((name) => name !== word);
    };

    // The forms in which a word of a query may stand in a text, each with its worth.
    const forms = (word, typing) => {
        const found = new Map();
        const add = (form, worth) => {
            if (!found.has(form)) {
                found.set(form, worth);
            }
        };
        const written = letters(word);
        for (const form of typing ? unfinished(written) : [written]) {
            add(form, 1);
        }
        for (const stem of stems(word)) {
            add(letters(stem), 0.9);
        }
        for (const name of [word, ...stems(word)].flatMap(sameAs)) {
            add(letters(name), 0.85);
        }
        if (typing && written.length > 1) {
            const begun = [...found.keys()];
            const rows = SAME.filter((names) => names.some((name) => begun.some((form) => letters(name).startsWith(form))));
            for (const name of rows.flat()) {
                add(letters(name), 0.7);
            }
        }
        return found;
    };

    const BODY = 1;
    const PLACE = 1.5;
    const TITLE = 6;
    const ANSWER_LENGTH = 400;

    // A question, or a heading of a document.
    const read = (ref, doc) => {
        const text = doc.body.replace(PASSED_OVER, "");
        const [before, after] = text.includes(AFTER_PLACE) ? text.split(AFTER_PLACE, 2) : ["", text];
        // Each verdict is two parts: its word, and what else is said about it.
        const said = after.split(AFTER_VERDICT);
        const body = said.pop().trim();
        const verdicts = said.filter((_, at) => at % 2 === 0);
        const place = before.trim();
        return {
            ref,
            doc,
            place,
            body,
            verdict: verdicts.map((word) => word.trim()).join(" / "),
            isQuestion: place !== "",
            fields: [letters(`${doc.title}\n${doc.title.replace(/\s+/gu, "")}`), letters(place || doc.breadcrumbs), letters(body)],
        };
    };

    const WORD = /[\p{L}\p{N}]/u;

    // How well each document holds a form: 0 where it does not, which is known of those
    // that do not hold its beginning.
    const look = (documents, form, beginning) => documents.map(({ fields: [title, place, body] }, number) => {
        if (beginning && beginning[number] === 0) {
            return 0;
        }
        const worth = (text) => {
            const at = text.indexOf(form);
            if (at < 0) {
                return 0;
            }
            return at === 0 || !WORD.test(text[at - 1]) ? 1 : 0.6;
        };
        const inTitle = worth(title);
        if (inTitle > 0) {
            return TITLE * inTitle;
        }
        const inPlace = worth(place);
        return inPlace > 0 ? PLACE * inPlace : BODY * worth(body);
    });

    class Questions {
        constructor(index) {
            const documents = Object.entries(index.documentStore.docs);
            const own = documents.filter(([, doc]) => !OVERVIEWS.some((title) => doc.breadcrumbs.startsWith(title)));
            this.documents = own.map(([ref, doc]) => read(ref, doc));
            this.known = new Map();
        }

        // Words that were typed before are not looked for again.
        worths(form) {
            if (!this.known.has(form)) {
                if (this.known.size > 500) {
                    this.known.clear();
                }
                let length = form.length - 1;
                while (length > 0 && !this.known.has(form.slice(0, length))) {
                    length -= 1;
                }
                this.known.set(form, look(this.documents, form, this.known.get(form.slice(0, length))));
            }
            return this.known.get(form);
        }

        word(word, typing) {
            const best = new Array(this.documents.length).fill(0);
            for (const [form, worth] of forms(word, typing)) {
                this.worths(form).forEach((found, at) => {
                    best[at] = Math.max(best[at], found * worth);
                });
            }
            const holders = best.filter((found) => found > 0).length;
            return { best, holders, rare: Math.log(1 + this.documents.length / Math.max(holders, 1)) };
        }

        find(query) {
            const typed = query.normalize("NFC").toLowerCase().match(/[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}]|[.:/_-](?=[\p{L}\p{N}]))*/gu) || [];
            const telling = typed.filter((word) => !EMPTY.has(word));
            const words = telling.length > 0 ? telling : typed;
            const last = query.endsWith(" ") ? undefined : typed[typed.length - 1];
            const found = words.map((word) => this.word(word, word === last));
            const all = found.reduce((sum, { holders, rare }) => sum + (holders > 0 ? rare : 0), 0);
            if (all === 0) {
                return [];
            }
            const results = [];
            this.documents.forEach((document, at) => {
                let sum = 0;
                let held = 0;
                for (const { best, rare } of found) {
                    if (best[at] > 0) {
                        sum += best[at] * rare;
                        held += rare;
                    }
                }
                const share = held / all;
                if (share >= 0.25) {
                    const asked = document.isQuestion ? 1.5 : 1;
                    const short = 1 / (1 + document.fields[0].length / ANSWER_LENGTH);
                    results.push({ document, score: sum * share * share * asked * (0.8 + 0.2 * short) });
                }
            });
            return results.sort((a, b) => b.score - a.score || Number(a.document.ref) - Number(b.document.ref));
        }
    }

    const escape = (text) => {
        const escaped = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
        return text.replace(/[&<>"']/g, (character) => escaped[character]);
    };

    // mdBook shows the breadcrumbs as HTML, and escapes all the rest.
    const shown = ({ document, score }) => {
        const { ref, doc, place, verdict, body } = document;
        const about = [place || doc.breadcrumbs, verdict].filter((part) => part !== "").map(escape).join(" · ");
        const breadcrumbs = `<span class="labbook-hit">${escape(doc.title)}</span> <small class="labbook-hit-place">${about}</small>`;
        return { ref, score, doc: { ...doc, body, breadcrumbs } };
    };

    // The page that lists all questions answers none.
    const OVERVIEWS = ["한눈에 보기", "At a glance"];

    // mdBook shows no more.
    const MOST = 30;

    const prepared = new WeakMap();
    Index.prototype.search = function (query) {
        if (!prepared.has(this)) {
            prepared.set(this, new Questions(this));
        }
        return prepared.get(this).find(query).slice(0, MOST).map(shown);
    };

    const element = (name) => document.getElementById(`mdbook-${name}`) || document.getElementById(name);
    const bar = element("searchbar");
    const header = element("searchresults-header");
    if (!bar || !header) {
        return;
    }

    // mdBook counts in English.
    if (document.documentElement.lang.startsWith("ko")) {
        bar.placeholder = "질문 검색";
        bar.setAttribute("aria-label", "질문 검색");
        new MutationObserver(() => {
            const counted = /^(No|\d+) search results?/.exec(header.textContent);
            if (counted) {
                header.textContent = counted[1] === "No" ? "찾은 질문이 없습니다" : `${counted[1]}개를 찾았습니다`;
            }
        }).observe(header, { childList: true });
    }

    // A page that was opened with a query may have searched before this script came.
    // mdBook searches for the same words only once, so ask for others first.
    if (bar.value && window.search && window.search.doc_urls) {
        const query = bar.value;
        for (const value of ["-", query]) {
            bar.value = value;
            bar.dispatchEvent(new KeyboardEvent("keyup"));
        }
    }
})();
