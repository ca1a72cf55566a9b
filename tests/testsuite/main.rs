//! All tests of labbook from outside, in one program: a module a feature, and the
//! fixtures (books, notes, records of real runs) in the folders beside this one.

mod big_books;
mod book;
mod browser;
mod clean;
mod command_line;
mod docs;
mod faults;
mod fuzzed;
mod host_engine;
mod house;
mod interrupt;
mod judge;
mod kubectl_sessions;
mod kubernetes_jobs;
mod nested_engine;
mod page_text;
mod private_engine;
mod search;
mod serve;
mod site;
mod spellings;
mod support;
mod terminal;
mod versions;
