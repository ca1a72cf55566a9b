//! One constraint problem for a whole exercise.
//!
//! ```text
//!     Variable   a line, or lines, of the notes: which of this run's are they?
//!     Choice     a place in this run's output, with the pairs that it implies
//!     Group      variables of which no two take the same place: a set, or a
//!                sequence, where the order holds too
//! ```
//!
//! What is forced is fixed at once; what is open stays open until a later step
//! forces it, or until a value has to be sent. Whether all that is open can be
//! true together is found by search: first what stands in no order is laid over
//! the places that are left, whichever fit; where that contradicts itself, fewest
//! choices first, and after each choice everything that follows from it. The search
//! has a budget; a problem that it could not decide is never taken for solved.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use super::How;
use super::bindings::{Bindings, Pair};
use super::sharing::Sharing;

/// How a line of this run can be one of the notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// What it implies.
    pub pairs: Vec<Pair>,
    /// How it is judged.
    pub how: How,
    /// The name of the dialect row that it needs.
    pub dialect: Option<&'static str>,
}

impl Default for Match {
    /// Letter by letter.
    fn default() -> Self {
        Self::new(Vec::new(), How::Literal)
    }
}

impl Match {
    /// One that implies `pairs`.
    pub fn new(pairs: Vec<Pair>, how: How) -> Self {
        Self {
            pairs,
            how,
            dialect: None,
        }
    }

    /// One through the dialect row of that name.
    pub fn through(dialect: &'static str, pairs: Vec<Pair>) -> Self {
        Self {
            pairs,
            how: How::Dialect,
            dialect: Some(dialect),
        }
    }

    /// Takes the match of another line along.
    pub fn add(&mut self, other: Self) {
        self.pairs.extend(other.pairs);
        self.how = self.how.max(other.how);
        self.dialect = self.dialect.or(other.dialect);
    }
}

/// A place in this run's output that a variable could take.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// What it takes, so that nothing else can: lines of the output from 0, or
    /// words of it.
    pub place: Range<usize>,
    /// The line of the output, from 0, that the variable's first line is.
    pub shows: usize,
    /// The lines of the output, from 0, where they need not follow each other;
    /// empty where they do. [`usize::MAX`] for a line that is not there in this
    /// run's words; after the variable's own lines those that only these have.
    pub scattered: Vec<usize>,
    /// What it implies, and how it is judged.
    pub found: Match,
}

impl Choice {
    /// Line `place` of the output alone.
    pub(super) fn at(place: usize, found: Match) -> Self {
        Self {
            place: place..place + 1,
            shows: place,
            scattered: Vec::new(),
            found,
        }
    }

    /// The line of the output, from 0, that the variable's line `offset` is.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.scattered
            .get(offset)
            .copied()
            .unwrap_or(self.shows + offset)
    }
}

/// Lines of the notes that are to be found in this run's output.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    /// Lines of the step's expected output, from 0.
    pub lines: Range<usize>,
    /// Where they could be.
    pub choices: Vec<Choice>,
    /// Whether they may be missing (ambient).
    pub optional: bool,
    /// Whether they stand, in a sequence, right behind what stands before them.
    pub follows: bool,
    /// The name that it is about, where the line holds several.
    pub name: Option<String>,
}

impl Variable {
    /// Lines that have to be found.
    pub(super) fn of(lines: Range<usize>, choices: Vec<Choice>) -> Self {
        Self {
            lines,
            choices,
            optional: false,
            follows: false,
            name: None,
        }
    }

    /// Nothing can be it: something was printed where the notes, before line
    /// `line`, have nothing.
    pub(super) fn impossible(line: usize) -> Self {
        Self::of(line..line, Vec::new())
    }
}

/// Whether the order of a group's variables holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// No two take the same place.
    Set,
    /// Each ends before the next begins.
    Sequence,
}

/// Variables that compete for places.
#[derive(Debug, Clone)]
pub(super) struct VariableGroup {
    /// Whether the order holds.
    pub order: Order,
    /// The variables, in the order of the notes.
    pub variables: Vec<Variable>,
    /// Places that some variable must take.
    pub obligatory: Vec<usize>,
    /// By place, where a place is a name in a line: the line of the output, from 0,
    /// and the name. Empty where places are lines.
    pub names: Vec<(usize, String)>,
}

/// Which choice a variable took; none for an optional one that is missing.
pub(super) type ChosenPlace = Option<usize>;

const ABSENT: u32 = u32::MAX;

/// Why a step cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rejection {
    /// It contradicts itself or what is already known.
    Contradiction,
    /// The budget ran out before it was known.
    Undecided,
}

/// What a search may still spend.
struct Budget {
    /// How many choices it may try.
    choices: usize,
    /// How many choices that are possible it may look at for that.
    looks: usize,
}

impl Budget {
    const WHOLE: Self = Self {
        choices: 20_000,
        looks: 200_000_000,
    };

    /// Pays for one choice where `possible` others are looked at.
    fn spend(&mut self, possible: usize) -> Result<(), Rejection> {
        let choices = self.choices.checked_sub(1);
        let looks = self.looks.checked_sub(possible);
        (self.choices, self.looks) = choices.zip(looks).ok_or(Rejection::Undecided)?;
        Ok(())
    }
}

/// What is still possible for the variables of one group.
#[derive(Debug, Clone)]
struct Domain {
    alive: Vec<Vec<u32>>,
    fixed: Vec<bool>,
    /// What is alive agrees with all pairs that were added before this mark.
    agrees_to: Option<usize>,
}

impl Domain {
    fn of(group: &VariableGroup) -> Self {
        let alive = group
            .variables
            .iter()
            .map(|variable| {
                let mut choices: Vec<u32> = (0..variable.choices.len() as u32).collect();
                if variable.optional {
                    choices.push(ABSENT);
                }
                choices
            })
            .collect();
        Self {
            alive,
            fixed: vec![false; group.variables.len()],
            agrees_to: None,
        }
    }

    /// How many choices are possible.
    fn possible(&self) -> usize {
        self.alive.iter().map(Vec::len).sum()
    }

    fn is_done(&self) -> bool {
        self.fixed.iter().all(|fixed| *fixed)
    }
}

/// The problem of an exercise as far as it is known.
#[derive(Debug, Clone)]
pub(super) struct Solver {
    bindings: Bindings,
    groups: Vec<VariableGroup>,
    domains: Vec<Domain>,
    /// Groups with a variable that is not fixed.
    open: Vec<usize>,
    /// What was found since the problem last changed.
    found: OnceCell<Result<Rc<Solution>, Rejection>>,
}

impl Solver {
    /// Nothing known but `bindings`.
    pub(super) fn new(bindings: Bindings) -> Self {
        Self {
            bindings,
            groups: Vec::new(),
            domains: Vec::new(),
            open: Vec::new(),
            found: OnceCell::new(),
        }
    }

    /// What is bound for certain.
    pub(super) fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// Adds a step's groups and the pairs that hold in any case (its prompt's).
    ///
    /// # Errors
    /// [`Rejection`] when the step cannot be true together with the others;
    /// nothing is changed then.
    pub(super) fn add(
        &mut self,
        groups: Vec<VariableGroup>,
        pairs: &[Pair],
    ) -> Result<(), Rejection> {
        self.found.take();
        let mark = self.bindings.mark();
        let (count, open) = (self.groups.len(), self.open.clone());
        let before: Vec<Domain> = open
            .iter()
            .map(|&index| self.domains[index].clone())
            .collect();
        for group in groups {
            self.open.push(self.groups.len());
            self.domains.push(Domain::of(&group));
            self.groups.push(group);
        }
        let outcome = if self.bindings.add_all(pairs).is_err() {
            Err(Rejection::Contradiction)
        } else {
            self.settle().and_then(|()| self.satisfiable())
        };
        if outcome.is_err() {
            self.found.take();
            self.bindings.undo_to(mark);
            self.groups.truncate(count);
            self.domains.truncate(count);
            for (&index, domain) in open.iter().zip(before) {
                self.domains[index] = domain;
            }
            self.open = open;
        }
        outcome
    }

    /// Adds what could be matched of a step that failed, pair by pair, so that
    /// later steps can be run at all.
    pub(super) fn add_loosely(&mut self, pairs: &[Pair]) {
        for pair in pairs {
            let mark = self.bindings.mark();
            self.found.take();
            if self.bindings.add(pair).is_ok() && self.satisfiable().is_err() {
                self.bindings.undo_to(mark);
                self.found.take();
            }
        }
    }

    /// Fixes everything that is forced.
    fn settle(&mut self) -> Result<(), Rejection> {
        let mut domains = std::mem::take(&mut self.domains);
        let holds = propagate(&self.groups, &self.open, &mut domains, &mut self.bindings);
        self.domains = domains;
        if !holds {
            return Err(Rejection::Contradiction);
        }
        let domains = &self.domains;
        self.open.retain(|&index| !domains[index].is_done());
        Ok(())
    }

    fn satisfiable(&self) -> Result<(), Rejection> {
        if self.open.is_empty() {
            return Ok(());
        }
        self.solution().map(|_| ())
    }

    /// One way in which everything can be true: the bindings it implies, and the
    /// choice taken by each variable of each group, by step.
    ///
    /// # Errors
    /// [`Rejection`] when there is none, or none was found within the budget.
    pub(super) fn solution(&self) -> Result<Rc<Solution>, Rejection> {
        self.found
            .get_or_init(|| self.find_solution().map(Rc::new))
            .clone()
    }

    fn find_solution(&self) -> Result<Solution, Rejection> {
        let mut bindings = self.bindings.clone();
        let mut budget = Budget::WHOLE;
        let (groups, open) = (&self.groups, &self.open);
        let sets = || {
            open.iter()
                .filter(|&&index| groups[index].order == Order::Set)
        };
        if sets().any(|&index| share_out(&groups[index], &self.domains[index]).is_none()) {
            return Err(Rejection::Contradiction);
        }
        let mut domains = self.domains.clone();
        let guess = if lay_over(groups, open, &mut domains, &mut bindings) {
            search(groups, open, domains, &mut bindings, &mut budget).ok()
        } else {
            None
        };
        let domains = match guess {
            Some(domains) => domains,
            None => {
                bindings = self.bindings.clone();
                budget = Budget::WHOLE;
                search(
                    groups,
                    open,
                    self.domains.clone(),
                    &mut bindings,
                    &mut budget,
                )?
            }
        };
        Ok(Solution {
            bindings,
            taken: domains
                .into_iter()
                .map(|domain| {
                    domain
                        .alive
                        .iter()
                        .map(|alive| {
                            alive
                                .first()
                                .filter(|choice| **choice != ABSENT)
                                .map(|choice| *choice as usize)
                        })
                        .collect()
                })
                .collect(),
        })
    }

    /// The groups, in the order they were added.
    pub(super) fn groups(&self) -> &[VariableGroup] {
        &self.groups
    }

    /// Fixes a pair that has to be sent.
    ///
    /// # Errors
    /// [`Rejection`] when it cannot be true.
    pub(super) fn fix(&mut self, pair: &Pair) -> Result<(), Rejection> {
        self.add(Vec::new(), std::slice::from_ref(pair))
    }
}

/// One way in which everything can be true.
#[derive(Debug)]
pub(super) struct Solution {
    /// All pairs that it implies.
    pub bindings: Bindings,
    /// By group, by variable.
    pub taken: Vec<Vec<ChosenPlace>>,
}

/// Fixes what follows from what is fixed; whether no contradiction was found.
fn propagate(
    groups: &[VariableGroup],
    open: &[usize],
    domains: &mut [Domain],
    bindings: &mut Bindings,
) -> bool {
    loop {
        let mut changed = false;
        for &index in open {
            let (group, domain) = (&groups[index], &mut domains[index]);
            let sequence = group.order == Order::Sequence;
            if !narrow_by_bindings(group, domain, bindings)
                || (sequence && !narrow_sequence(group, domain))
                || ((!sequence || !group.obligatory.is_empty())
                    && !narrow_set(group, domain, &mut changed))
            {
                return false;
            }
            for (variable, definition) in group.variables.iter().enumerate() {
                if domain.fixed[variable] {
                    continue;
                }
                match domain.alive[variable][..] {
                    [] => return false,
                    [ABSENT] => domain.fixed[variable] = true,
                    [choice] => {
                        domain.fixed[variable] = true;
                        let pairs = &definition.choices[choice as usize].found.pairs;
                        if bindings.add_all(pairs).is_err() {
                            return false;
                        }
                        changed |= !pairs.is_empty() || !sequence || !group.obligatory.is_empty();
                    }
                    _ => {}
                }
            }
        }
        if !changed {
            return true;
        }
    }
}

/// What contradicts the bindings is out. Only pairs that were added since the
/// last time are looked at.
fn narrow_by_bindings(group: &VariableGroup, domain: &mut Domain, bindings: &Bindings) -> bool {
    let mark = bindings.mark();
    let agrees_to = domain.agrees_to.replace(mark);
    if agrees_to == Some(mark) {
        return true;
    }
    let agrees = |pair: &Pair| {
        agrees_to.is_some_and(|mark| !bindings.may_have_changed(mark, pair))
            || bindings.check(pair).is_ok()
    };
    for (variable, definition) in group.variables.iter().enumerate() {
        if domain.fixed[variable] {
            continue;
        }
        let alive = &mut domain.alive[variable];
        alive.retain(|&choice| {
            choice == ABSENT
                || definition.choices[choice as usize]
                    .found
                    .pairs
                    .iter()
                    .all(agrees)
        });
        if alive.is_empty() {
            return false;
        }
    }
    true
}

/// No two variables take one place, and every obligatory place is taken.
fn narrow_set(group: &VariableGroup, domain: &mut Domain, changed: &mut bool) -> bool {
    let place = |variable: usize, choice: u32| {
        (choice != ABSENT).then(|| {
            group.variables[variable].choices[choice as usize]
                .place
                .start
        })
    };
    let taken: Vec<(usize, usize)> = (0..group.variables.len())
        .filter(|&variable| domain.fixed[variable])
        .filter_map(|variable| {
            let choice = *domain.alive[variable].first()?;
            Some((variable, place(variable, choice)?))
        })
        .collect();
    let mut places: std::collections::HashSet<usize> = std::collections::HashSet::new();
    for (_, place) in &taken {
        if !places.insert(*place) {
            return false;
        }
    }
    let mut takers: std::collections::HashMap<usize, Vec<usize>> = std::collections::HashMap::new();
    for variable in 0..group.variables.len() {
        if !domain.fixed[variable] {
            domain.alive[variable].retain(|&choice| {
                place(variable, choice).is_none_or(|place| !places.contains(&place))
            });
            if domain.alive[variable].is_empty() {
                return false;
            }
            for &choice in &domain.alive[variable] {
                if let Some(place) = place(variable, choice) {
                    takers.entry(place).or_default().push(variable);
                }
            }
        }
    }
    for obligatory in &group.obligatory {
        if places.contains(obligatory) {
            continue;
        }
        match takers.get(obligatory).map(Vec::as_slice) {
            None | Some([]) => return false,
            Some([only]) => {
                let alive = &mut domain.alive[*only];
                let count = alive.len();
                alive.retain(|&choice| place(*only, choice) == Some(*obligatory));
                *changed |= alive.len() != count;
                if alive.is_empty() {
                    return false;
                }
            }
            Some(_) => {}
        }
    }
    true
}

/// Each variable can begin only where the ones before it can have ended, and end
/// only where the ones after it can still begin. What stands at its first place
/// without implying anything, behind what is settled, may as well stay there:
/// that takes nothing from the variables after it.
fn narrow_sequence(group: &VariableGroup, domain: &mut Domain) -> bool {
    let mut earliest = 0;
    let mut settled =
        group.obligatory.is_empty() && !group.variables.iter().any(|variable| variable.follows);
    // Where the variable before can end.
    let mut ends = HashSet::from([0]);
    for (variable, definition) in group.variables.iter().enumerate() {
        let alive = &mut domain.alive[variable];
        alive.retain(|&choice| {
            choice == ABSENT || definition.choices[choice as usize].place.start >= earliest
        });
        if definition.follows {
            alive.retain(|&choice| {
                place(definition, choice).is_some_and(|place| ends.contains(&place.start))
            });
        }
        ends = places(definition, alive).map(|place| place.end).collect();
        if alive.contains(&ABSENT) {
            settled = false;
            continue;
        }
        if settled
            && let Some(&first) = alive
                .iter()
                .min_by_key(|&&choice| definition.choices[choice as usize].place.end)
            && let found = &definition.choices[first as usize].found
            && found.pairs.is_empty()
            && found.dialect.is_none()
        {
            *alive = vec![first];
        }
        settled &= alive.len() == 1;
        match alive
            .iter()
            .map(|&choice| definition.choices[choice as usize].place.end)
            .min()
        {
            Some(end) => earliest = end,
            None => return false,
        }
    }
    let mut latest = usize::MAX;
    // Where the variable behind has to begin, where it follows.
    let mut starts: Option<HashSet<usize>> = None;
    for (variable, definition) in group.variables.iter().enumerate().rev() {
        let alive = &mut domain.alive[variable];
        alive.retain(|&choice| {
            choice == ABSENT || definition.choices[choice as usize].place.end <= latest
        });
        if let Some(starts) = starts {
            alive.retain(|&choice| {
                place(definition, choice).is_some_and(|place| starts.contains(&place.end))
            });
        }
        starts = definition
            .follows
            .then(|| places(definition, alive).map(|place| place.start).collect());
        if alive.contains(&ABSENT) {
            continue;
        }
        match alive
            .iter()
            .map(|&choice| definition.choices[choice as usize].place.start)
            .max()
        {
            Some(start) => latest = start,
            None => return false,
        }
    }
    true
}

/// A choice for each variable of a set, so that its places are shared out; none
/// where they cannot be.
fn share_out(group: &VariableGroup, domain: &Domain) -> Option<Vec<u32>> {
    let options: Vec<Vec<(u32, usize)>> = group
        .variables
        .iter()
        .zip(&domain.alive)
        .map(|(variable, alive)| {
            let start = |choice: &u32| Some((*choice, place(variable, *choice)?.start));
            alive.iter().filter_map(start).collect()
        })
        .collect();
    let optional: Vec<bool> = domain
        .alive
        .iter()
        .map(|alive| alive.contains(&ABSENT))
        .collect();
    let sharing = Sharing {
        options: &options,
        optional: &optional,
        obligatory: &group.obligatory,
    };
    let taken = sharing.find()?.into_iter();
    Some(taken.map(|choice| choice.unwrap_or(ABSENT)).collect())
}

/// Lays the open variables of every set over places that they can take, whichever
/// these are; whether what the places imply agrees.
fn lay_over(
    groups: &[VariableGroup],
    open: &[usize],
    domains: &mut [Domain],
    bindings: &mut Bindings,
) -> bool {
    for &index in open {
        let (group, domain) = (&groups[index], &mut domains[index]);
        if group.order != Order::Set {
            continue;
        }
        let agrees = narrow_by_bindings(group, domain, bindings);
        let Some(taken) = agrees.then(|| share_out(group, domain)).flatten() else {
            return false;
        };
        for (variable, choice) in taken.into_iter().enumerate() {
            let choices = &group.variables[variable].choices;
            let pairs = choices
                .get(choice as usize)
                .map(|choice| &choice.found.pairs);
            if pairs.is_some_and(|pairs| bindings.add_all(pairs).is_err()) {
                return false;
            }
            domain.alive[variable] = vec![choice];
            domain.fixed[variable] = true;
        }
    }
    true
}

/// The place that `choice` takes; none where it is absent.
fn place(variable: &Variable, choice: u32) -> Option<&Range<usize>> {
    Some(&variable.choices.get(choice as usize)?.place)
}

/// The places that are still possible for `variable`.
fn places<'v>(variable: &'v Variable, alive: &'v [u32]) -> impl Iterator<Item = &'v Range<usize>> {
    alive.iter().filter_map(|&choice| place(variable, choice))
}

/// Finds one way to fix everything that is open.
fn search(
    groups: &[VariableGroup],
    open: &[usize],
    mut domains: Vec<Domain>,
    bindings: &mut Bindings,
    budget: &mut Budget,
) -> Result<Vec<Domain>, Rejection> {
    if !propagate(groups, open, &mut domains, bindings) {
        return Err(Rejection::Contradiction);
    }
    let next = open
        .iter()
        .flat_map(|&group| {
            (0..groups[group].variables.len()).map(move |variable| (group, variable))
        })
        .filter(|&(group, variable)| !domains[group].fixed[variable])
        .min_by_key(|&(group, variable)| domains[group].alive[variable].len());
    let Some((group, variable)) = next else {
        return Ok(domains);
    };
    for choice in domains[group].alive[variable].clone() {
        budget.spend(open.iter().map(|&index| domains[index].possible()).sum())?;
        let mark = bindings.mark();
        let mut attempt = domains.clone();
        attempt[group].alive[variable] = vec![choice];
        match search(groups, open, attempt, bindings, budget) {
            Err(Rejection::Contradiction) => bindings.undo_to(mark),
            decided => return decided,
        }
    }
    Err(Rejection::Contradiction)
}
