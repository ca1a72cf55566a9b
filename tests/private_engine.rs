//! Private engines: real daemons in namespaces of their own.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use labbook::diagnostic::Diagnose;
use labbook::engine::private::{PrivateEngine, PrivateOptions};
use labbook::engine::{Engine, LabRequest};

const LIMIT: Duration = Duration::from_secs(30);

fn engine(root: Option<&str>, containerd: bool) -> Option<PrivateEngine> {
    let options = PrivateOptions {
        root: root.map(PathBuf::from),
        containerd,
        program: Some(env!("CARGO_BIN_EXE_labbook").into()),
        recipes: None,
    };
    let engine = PrivateEngine::new(options).expect("a private engine");
    match engine.available() {
        Ok(()) => Some(engine),
        Err(error) => {
            println!("skipped: no private engine: {}", error.diagnose().message);
            None
        }
    }
}

#[test]
fn a_lab_answers_and_knows_its_images() {
    let Some(engine) = engine(None, false) else {
        return;
    };
    println!("{:?}", engine.info());
    for _ in 0..3 {
        let begin = Instant::now();
        let lab = engine.lab(&LabRequest {
            images: vec!["busybox".into()],
            ..LabRequest::default()
        });
        let lab = lab.unwrap_or_else(|error| panic!("{}", error.diagnose().message));
        println!("start {:?}", begin.elapsed());
        let output = lab
            .docker(&["run", "--rm", "busybox", "echo", "hi"], LIMIT)
            .unwrap();
        println!("{output:?} {:?}", lab.remarks());
        println!("{:?}", lab.surroundings());
        let begin = Instant::now();
        lab.close().unwrap();
        println!("stop {:?}", begin.elapsed());
    }
}
