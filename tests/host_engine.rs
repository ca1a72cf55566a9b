use labbook::engine::host::HostEngine;
use labbook::engine::{Engine, LabRequest};
use std::time::Duration;

#[test]
fn smoke() {
    let e = HostEngine::at(
        &std::env::var("T").unwrap(),
        labbook::engine::images::Images::new(None).unwrap(),
    )
    .unwrap();
    println!("{:?}", e.info());
    let lab = e
        .lab(&LabRequest {
            images: vec!["busybox".into()],
            ..Default::default()
        })
        .unwrap();
    std::fs::write(
        lab.folder().join("Dockerfile"),
        "FROM busybox\nRUN echo hi >/x\nVOLUME /v\nRUN cat /x\n",
    )
    .unwrap();
    for line in std::env::var("L").unwrap().lines() {
        let args: Vec<&str> = line.split_whitespace().collect();
        println!("$ docker {line}");
        let o = lab.docker(&args, Duration::from_secs(60)).unwrap();
        println!("{:?}\n{}{}", o.status, o.stdout, o.stderr);
    }
    println!("{:?}", lab.surroundings());
    lab.close().unwrap();
}
