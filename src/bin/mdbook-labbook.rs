//! The preprocessor for mdBook.

use std::process::ExitCode;

fn main() -> ExitCode {
    labbook::cli::preprocessor::main()
}
