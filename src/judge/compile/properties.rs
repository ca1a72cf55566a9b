//! What `docker info` and `docker version` tell of the machine: name by name.

use super::{Compiler, Fate, LinePattern};
use crate::formats::properties::{self, Agreement, DIALECT, Property, PropertyRow};
use crate::formats::text::{noted_lines, printed_lines};
use crate::judge::How;
use crate::judge::solver::{Choice, Match, Order, Variable};

impl Compiler<'_> {
    /// Properties: each in the notes is the one of the same path here.
    pub(super) fn properties(&mut self) {
        let Some(call) = properties::prints_properties(self.format.calls()) else {
            return;
        };
        let expected = self.expected.clone();
        let expected = noted_lines(&expected);
        let printed = self.compiled.actual.clone();
        let printed = printed_lines(&printed);
        let (ours, theirs) = (properties::read(&expected), properties::read(&printed));
        let elides = expected.contains(&None);
        for (line, text) in expected.iter().enumerate() {
            match text {
                None => self.compiled.fates[line] = Fate::Elided,
                Some("") => self.compiled.fates[line] = Fate::Layout,
                Some(_) => {}
            }
        }
        let adds_up = [&ours, &theirs]
            .into_iter()
            .all(|all| properties::counts_add_up(all));
        let other_machine = properties::are_of_another_machine(call, &ours, &theirs);
        let mut variables = Vec::new();
        for property in &ours {
            let row = properties::row_of(call, property);
            let free = row.filter(|row| adds_up && (other_machine || row.is_of_the_lab()));
            let same = theirs.iter().filter(|their| their.path == property.path);
            let choices = same.filter_map(|their| {
                let found = self.property(property, their, free)?;
                Some(Choice::at(their.line, found))
            });
            let mut variable = Variable::of(property.line..property.line + 1, choices.collect());
            variable.optional = other_machine
                && row.is_some_and(|row| row.lacks)
                && theirs.iter().all(|their| their.path != property.path);
            variables.push(variable);
        }
        let mut obligatory = Vec::new();
        for (line, text) in printed.iter().enumerate() {
            let property = theirs.iter().find(|their| their.line == line);
            let Some(property) = property.filter(|_| *text != Some("") && !elides) else {
                self.compiled.permitted.insert(line);
                continue;
            };
            let lacks = properties::row_of(call, property).is_some_and(|row| row.lacks);
            if other_machine && lacks && ours.iter().all(|own| own.path != property.path) {
                self.compiled.permitted.insert(line);
                self.compiled.dialects.push(DIALECT);
            } else {
                obligatory.push(line);
            }
        }
        if variables.is_empty() && !obligatory.is_empty() {
            variables.push(Variable::impossible(0));
        }
        self.push(Order::Sequence, variables, obligatory);
    }

    /// How the property `their` of this run is `own`, one of the notes.
    fn property(
        &mut self,
        own: &Property,
        their: &Property,
        row: Option<&PropertyRow>,
    ) -> Option<Match> {
        let text = self.expected[own.line].as_deref()?;
        let number = self.number(own.line);
        let pattern = LinePattern::of(text, number, self.format, self.context.values);
        let found = pattern.matches(&self.compiled.actual[their.line]);
        self.compiled.patterns[own.line] = Some(pattern);
        found.or_else(|| {
            let surroundings = self.context.surroundings;
            let before = match own.path.last() {
                Some(&"Images") => surroundings.images.len(),
                _ => surroundings.containers.len(),
            };
            let here: usize = their.value.parse().unwrap_or_default();
            let agreement = row?.agreement(own.value, their.value, here.saturating_sub(before))?;
            Some(match agreement {
                Agreement::OtherOrder => Match::new(Vec::new(), How::Unordered),
                Agreement::OtherMachine => Match::through(DIALECT, Vec::new()),
            })
        })
    }
}
