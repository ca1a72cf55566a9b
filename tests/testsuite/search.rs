//! The site's search, asked through mdBook's own bar in a browser.

use serde_json::{Value, json};

use crate::book::BookTest;
use crate::browser::{Browser, serve};
use crate::support::real_notes;

/// Opens the search bar, and waits until its index is there.
const OPEN: &str = "
    const element = (name) => document.getElementById(`mdbook-${name}`) || document.getElementById(name);
    window.ask = async (query) => {
        const bar = element('searchbar');
        bar.value = query;
        bar.dispatchEvent(new KeyboardEvent('keyup'));
        await new Promise((next) => setTimeout(next, 0));
        return [...element('searchresults').querySelectorAll('li > a')].map((a) => a.innerText);
    };
    element('search-toggle').click();
    for (let tries = 0; tries < 100 && !(window.search && window.search.index && window.elasticlunr); tries += 1) {
        await new Promise((next) => setTimeout(next, 50));
    }
    await new Promise((next) => setTimeout(next, 200));
    return 0;";

fn opened(browser: &Browser, test: &BookTest, page: &str) {
    test.built();
    browser.open(&format!("{}/{page}", serve(&test.path().join("book"))));
    browser.run(OPEN);
}

fn ask(browser: &Browser, query: &str) -> Vec<String> {
    let found = browser.run(&format!("return window.ask({});", json!(query)));
    let found = found.as_array().expect("results");
    found
        .iter()
        .map(|title| title.as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn the_right_question_is_among_the_first_three() {
    let browser = Browser::start();
    let test = BookTest::of_project();
    opened(&browser, &test, "docker-basics.html");
    let queries = include_str!("../books/queries.tsv");
    let queries = queries.lines().filter(|line| !line.starts_with('#'));
    let queries = queries.map(|line| line.split_once('\t').expect("a query and its question"));
    find_almost_all(&browser, &queries.collect::<Vec<_>>());
}

/// Asks each query, and finds its question among the first three for 95 % of them.
fn find_almost_all(browser: &Browser, queries: &[(&str, &str)]) {
    let mut missed = Vec::new();
    for (query, question) in queries {
        let found = ask(browser, query);
        if !found.iter().take(3).any(|title| title.contains(question)) {
            missed.push((query, found.into_iter().take(4).collect::<Vec<_>>()));
        }
    }
    println!("missed {} of {}: {missed:#?}", missed.len(), queries.len());
    assert!(missed.len() * 20 <= queries.len(), "{missed:#?}");
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn the_right_question_of_real_notes_is_among_the_first_three() {
    let Some(folder) = real_notes() else {
        return;
    };
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("notes");
    let test = BookTest::of_chapter(read("mspt2-10.md"))
        .with("src/other.md", read("mspt3-23-7.md"))
        .with("src/SUMMARY.md", "- [A](chapter.md)\n- [B](other.md)\n");
    let browser = Browser::start();
    opened(&browser, &test, "chapter.html");
    let queries = [
        ("init 디렉토리", "-init"),
        ("k8s.gcr 이미지 지워도 되나", "k8s.gcr"),
        ("실행중인 이미지 삭제", "이미지는 삭제가 안되나요"),
        ("바인드 마운트 성능", "bind mount가 고성능"),
        ("고정 아이피 할당", "직접 할당 가능한가요"),
        ("도커파일 컴포즈 차이", "dockerfile과 docker-compose는"),
        ("포그라운드 모드로 쓰는 경우", "-d(detached)"),
        (
            "백그라운드 컨테이너 bash 들어가기",
            "백그라운드(Detached)로",
        ),
        ("copy할 파일 없으면", "COPY 명령어의 경우"),
        ("유저 여러번", "USER 명령어는"),
        ("볼륨 데이터 안남음 VOLUME", "VOLUME으로 정의하지"),
        ("멀티스테이지 용량 줄어드는 이유", "사이즈가 더 작아지는"),
        ("ingress 로드밸런싱 알고리즘", "ingress, service의"),
        ("쿠버네티스 도커 오케스트레이션", "쿠버네티스라는건"),
    ];
    find_almost_all(&browser, &queries);
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn typing_a_word_never_says_that_there_is_nothing() {
    let browser = Browser::start();
    let test = BookTest::of_project();
    opened(&browser, &test, "docker-basics.html");
    // What an input method for two sets of keys shows, key by key.
    for typed in [
        "ㅂ 보 볼 볼ㄹ 볼류 볼륨 볼륨ㅇ 볼륨으 볼륨을",
        "ㄷ 도 돜 도커 도컾 도커파 도커파ㅇ 도커파이 도커파일",
        "ㅅ 시 싴 시크 시클 시크리 시크릿",
        "ㄴ 네 넽 네트 네틍 네트우 네트워 네트웤 네트워크",
        "ㅇ 이 임 이미 이밎 이미지",
        "ㅇ 안 앉 안저 안전",
        "p po pod",
    ] {
        let keys: Vec<&str> = typed.split(' ').collect();
        let finished = ask(&browser, keys[keys.len() - 1]);
        if finished.is_empty() {
            continue;
        }
        for key in &keys {
            assert!(!ask(&browser, key).is_empty(), "{key} of {typed}");
        }
    }
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn forms_of_a_word_find_the_same_and_hits_say_where_they_are() {
    let browser = Browser::start();
    let test = BookTest::of_project();
    opened(&browser, &test, "docker-basics.html");
    let first = |query: &str| ask(&browser, query).into_iter().take(1).collect::<Vec<_>>();
    assert!(ask(&browser, "볼륨을").len() >= ask(&browser, "볼륨").len());
    assert!(!ask(&browser, "시크릿").is_empty());
    assert_eq!(first("EXPOSE 80?"), first("expose 80"));
    let found = first("liveness");
    assert!(
        found[0].contains("컨테이너 수업") && found[0].contains("Kubernetes"),
        "{found:?}"
    );
    assert_eq!(ask(&browser, "xyzzy"), Vec::<String>::new());
    let header = browser.run("return document.querySelector('.searchresults-header').innerText;");
    assert_eq!(header, "찾은 질문이 없습니다");
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn a_key_is_answered_in_a_blink_in_a_book_of_three_thousand_questions() {
    let browser = Browser::start();
    let mut notes = "# 모음\n\n## Docker\n\n".to_owned();
    for number in 0..3000 {
        let words = [
            "볼륨",
            "이미지",
            "네트워크",
            "포트",
            "컨테이너",
            "레이어",
            "secret",
        ];
        let word = words[number % words.len()];
        notes += &format!("- {word} {number}번은 왜 그런가요?\n");
        for line in 0..8 {
            notes += &format!(
                "  - 답 {line}: 호스트의 데몬이 {number}번 자원을 만들고 지우기 때문이며, 자세한 것은 문서에 있습니다. The layer goes with it, unless the files are in a volume.\n"
            );
        }
    }
    let test = BookTest::of_chapter(notes);
    opened(&browser, &test, "chapter.html");
    let times = browser.run(
        "await window.ask('가');
         const times = [];
         const search = window.elasticlunr.Index.prototype.search;
         window.elasticlunr.Index.prototype.search = function (...asked) {
             const start = performance.now();
             const found = search.apply(this, asked);
             times.push(performance.now() - start);
             return found;
         };
         for (const query of ['ㅂ', '보', '볼', '볼ㄹ', '볼류', '볼륨', '볼륨 ', '볼륨 ㄷ', '볼륨 데', '볼륨 뎀', '볼륨 데모', '볼륨 데몬', 'v', 'vo', 'vol']) {
             await window.ask(query);
         }
         return times.sort((a, b) => a - b);",
    );
    assert!(times.is_array(), "{times}");
    let times: Vec<f64> = times
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_f64)
        .collect();
    assert!(times.len() >= 14, "{times:?}");
    let median = times[times.len() / 2];
    println!("ms a key, sorted: {times:.1?}");
    // On a quiet machine it is below 25; tests run beside others.
    assert!(median < 100.0, "{times:?}");
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn names_of_the_books_own_find_each_other_and_its_themes_come_first() {
    let browser = Browser::start();
    let book = "[book]\ntitle = \"T\"\nlanguage = \"ko\"\n[preprocessor.labbook]\n\
        synonyms = [[\"대문\", \"ingress\"]]\nthemes = { \"들어가는 길\" = [\"Ingress\"] }\n";
    let notes =
        "# 노트\n\n## Kubernetes\n\n- ingress는 무엇인가요?\n  - 답\n- pod는 무엇인가요?\n  - 답\n";
    let test = BookTest::of_chapter(notes).with("book.toml", book);
    opened(&browser, &test, "chapter.html");
    let found = ask(&browser, "대문");
    assert!(
        found.len() == 1 && found[0].contains("ingress는"),
        "{found:?}"
    );
    let overview = test.main("labbook-overview.html");
    let own = overview.find("들어가는-길").expect("the book's own theme");
    assert!(Some(own) < overview.find("id=\"kubernetes\""), "{overview}");
}
