//! The results of several machines as those of one run.

use crate::lab::EngineInfo;

use super::{ExerciseResult, Report, Shard};

/// The results of all `reports`: of the same exercise on the same engine the newest.
/// Where all parts of a run are there, it is a whole one.
pub fn together(mut reports: Vec<Report>) -> Report {
    rename_equal_engines(&mut reports);
    let (mut engines, mut exercises) = (Vec::new(), Vec::new());
    let mut shards = Vec::new();
    for report in reports {
        report
            .engines
            .into_iter()
            .for_each(|engine| add_engine(&mut engines, engine));
        report
            .exercises
            .into_iter()
            .for_each(|result| add(&mut exercises, result));
        shards.extend(report.shards);
    }
    shards.sort_by_key(|shard| (shard.of, shard.part));
    shards.dedup();
    let place = |id: &str| {
        let of = |shard: &Shard| shard.exercises.iter().position(|known| known == id);
        shards.iter().find_map(of).unwrap_or(usize::MAX)
    };
    let on = |name: &str| engines.iter().position(|engine| engine.name == name);
    // What belongs to no part stays where it was.
    exercises.sort_by_key(|result| match place(&result.id) {
        usize::MAX => (usize::MAX, None),
        place => (place, on(&result.engine)),
    });
    let whole = Report {
        shards,
        ..Report::new(engines, exercises)
    };
    match missing(&whole).is_empty() {
        true => Report {
            shards: Vec::new(),
            ..whole
        },
        false => whole,
    }
}

/// The parts of the run that are not in `report`, and the exercises without a result.
pub fn missing(report: &Report) -> Vec<String> {
    let shards = &report.shards;
    let mut missing = Vec::new();
    for shard in shards {
        let has = |part| {
            let mut others = shards.iter();
            others.any(|other| other.of == shard.of && other.part == part)
        };
        let parts = (1..=shard.of).filter(|part| !has(*part));
        missing.extend(parts.map(|part| format!("shard {part}/{}", shard.of)));
    }
    for id in shards.iter().flat_map(|shard| &shard.exercises) {
        if !report.exercises.iter().any(|result| result.id == *id) {
            missing.push(id.clone());
        }
    }
    let mut seen = std::collections::HashSet::new();
    missing.retain(|what| seen.insert(what.clone()));
    missing
}

fn add(exercises: &mut Vec<ExerciseResult>, result: ExerciseResult) {
    let same = |other: &&mut ExerciseResult| other.id == result.id && other.engine == result.engine;
    match exercises.iter_mut().find(same) {
        Some(other) if other.time <= result.time => *other = result,
        Some(_) => {}
        None => exercises.push(result),
    }
}

fn add_engine(engines: &mut Vec<EngineInfo>, engine: EngineInfo) {
    match engines.iter_mut().find(|other| other.name == engine.name) {
        Some(other) => {
            other.stand_ins.extend(engine.stand_ins);
            other.stand_ins.sort();
            other.stand_ins.dedup();
        }
        None => engines.push(engine),
    }
}

/// Adds the daemon's version to the name of engines of which only the name is the
/// same: each machine calls its own one `private`.
fn rename_equal_engines(reports: &mut [Report]) {
    let all: Vec<EngineInfo> = reports
        .iter()
        .flat_map(|report| report.engines.clone())
        .collect();
    for report in reports {
        for engine in &mut report.engines {
            let other = |one: &EngineInfo| one.name == engine.name && !one.is_same(engine);
            if !all.iter().any(other) {
                continue;
            }
            let name = format!(
                "{}, {} {} {}",
                engine.name, engine.product, engine.server, engine.store
            );
            let name = name.trim_end().to_owned();
            for result in &mut report.exercises {
                if result.engine == engine.name {
                    result.engine.clone_from(&name);
                }
            }
            engine.name = name;
        }
    }
}
