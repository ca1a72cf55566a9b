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

    const withTexts = (index) => {
        const searchIndex = index.search.bind(index);
        let documents = null;
        index.search = (query, options) => {
            // eslint-disable-next-line no-control-regex
            if (/^[\x00-\x7f]*$/.test(query)) {
                return searchIndex(query, options);
            }
            documents ??= Object.entries(index.documentStore.docs).map(([ref, doc]) => ({
                ref,
                doc,
                fields: Object.fromEntries(Object.keys(FIELDS).map((field) => [field, plain(doc[field])])),
            }));
            return searchTexts(documents, query);
        };
        return index;
    };

    // The index is loaded at the first search, long after this script.
    const search = () => window.elasticlunr && window.elasticlunr.Index;
    if (search()) {
        const load = search().load;
        search().load = (data) => withTexts(load.call(search(), data));
    }
})();
