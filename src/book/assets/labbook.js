// Search for words of any script.
//
// mdBook's index knows English only: of a Hangul word nothing is left in it, nor
// in the query. The texts themselves are in the index, though. So where a query
// holds anything but ASCII, they are looked through for its words, wherever in a
// word they stand ("볼륨" is found in "볼륨은"). Other queries go to the index.

"use strict";

(() => {
    const FIELDS = { title: 30, breadcrumbs: 10, body: 1 };

    // An input method's half syllables arrive as conjoining letters on some
    // systems, and notes may be written in either form.
    const plain = (text) => (text || "").normalize("NFC").toLowerCase();

    const wordsOf = (query) => plain(query).split(/\s+/u).filter((word) => word !== "");

    // How well a document fits: 0 where a word is missing, more for titles and
    // for each time a word stands in the text.
    const score = (fields, words) => {
        let sum = 0;
        for (const word of words) {
            let found = 0;
            for (const [field, weight] of Object.entries(FIELDS)) {
                const times = fields[field].split(word).length - 1;
                found += weight * Math.min(times, 5);
            }
            if (found === 0) {
                return 0;
            }
            sum += found;
        }
        return sum;
    };

    const searchTexts = (documents, query) => {
        const words = wordsOf(query);
        const results = [];
        for (const { ref, doc, fields } of documents) {
            const found = score(fields, words);
            if (found > 0) {
                results.push({ ref, doc, score: found });
            }
        }
        return results.sort((a, b) => b.score - a.score || Number(a.ref) - Number(b.ref));
    };

    // Results are shown as HTML, and mdBook escapes all of them but the headings.
    const escapeHeadings = (results) => results.map((result) => {
        const escaped = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
        const breadcrumbs = result.doc.breadcrumbs.replace(/[&<>"']/g, (character) => escaped[character]);
        return { ...result, doc: { ...result.doc, breadcrumbs } };
    });

    const Index = window.elasticlunr && window.elasticlunr.Index;
    if (!Index) {
        return;
    }

    const isAscii = (query) => [...query].every((character) => character < "\u0080");
    const searchIndex = Index.prototype.search;
    const prepared = new WeakMap();

    Index.prototype.search = function (query, options) {
        if (isAscii(query)) {
            return escapeHeadings(searchIndex.call(this, query, options));
        }
        if (!prepared.has(this)) {
            const documents = Object.entries(this.documentStore.docs).map(([ref, doc]) => ({
                ref,
                doc,
                fields: Object.fromEntries(Object.keys(FIELDS).map((field) => [field, plain(doc[field])])),
            }));
            prepared.set(this, documents);
        }
        return escapeHeadings(searchTexts(prepared.get(this), query));
    };

    // A page that was opened with a query may have searched before this script
    // came. mdBook searches for the same words only once, so ask for others first.
    const bar = document.getElementById("mdbook-searchbar") || document.getElementById("searchbar");
    if (bar && window.search && window.search.doc_urls && !isAscii(bar.value)) {
        const query = bar.value;
        for (const value of ["-", query]) {
            bar.value = value;
            bar.dispatchEvent(new KeyboardEvent("keyup"));
        }
    }
})();
