//! Places shared out among the variables of a set: an assignment in which no two
//! take the same one, everything that has to be found is, and every obligatory place
//! is taken (Kuhn's augmenting paths, from both sides).

use std::collections::VecDeque;

/// Which place each variable could take.
pub(super) struct Sharing<'s> {
    /// By variable: its options, each with its place.
    pub options: &'s [Vec<(u32, usize)>],
    /// By variable: whether it may take none.
    pub optional: &'s [bool],
    /// Places that some variable must take.
    pub obligatory: &'s [usize],
}

/// Who has what so far.
struct Shares {
    /// By variable.
    taken: Vec<Option<(u32, usize)>>,
    /// By place: the variable that has it.
    owner: Vec<Option<usize>>,
}

impl Shares {
    fn give(&mut self, variable: usize, option: (u32, usize)) {
        self.taken[variable] = Some(option);
        self.owner[option.1] = Some(variable);
    }
}

impl Sharing<'_> {
    /// One way to share the places out: the option of each variable, none for one
    /// that takes no place; nothing where there is no way.
    pub(super) fn find(&self) -> Option<Vec<Option<u32>>> {
        let places = self.options.iter().flatten().map(|(_, place)| *place);
        let last = places.chain(self.obligatory.iter().copied()).max();
        let mut shares = Shares {
            taken: vec![None; self.options.len()],
            owner: vec![None; last.map_or(0, |last| last + 1)],
        };
        for variable in 0..self.options.len() {
            let free = |option: &&(u32, usize)| shares.owner[option.1].is_none();
            if let Some(&option) = self.options[variable].iter().find(free) {
                shares.give(variable, option);
            }
        }
        for variable in 0..self.options.len() {
            let open = shares.taken[variable].is_none() && !self.optional[variable];
            if open && !self.place_variable(variable, &mut shares) {
                return None;
            }
        }
        self.fill_places(&mut shares)?;
        let taken = shares.taken.into_iter();
        Some(
            taken
                .map(|option| option.map(|(option, _)| option))
                .collect(),
        )
    }

    /// Finds a place for `first`: others may move, and one that needs none may leave.
    fn place_variable(&self, first: usize, shares: &mut Shares) -> bool {
        let mut reached: Vec<Option<(usize, u32)>> = vec![None; shares.owner.len()];
        let mut queue = VecDeque::from([first]);
        while let Some(variable) = queue.pop_front() {
            for &(option, place) in &self.options[variable] {
                if reached[place].is_some() {
                    continue;
                }
                reached[place] = Some((variable, option));
                match shares.owner[place] {
                    Some(owner) if !self.optional[owner] => queue.push_back(owner),
                    owner => {
                        if let Some(leaving) = owner {
                            shares.taken[leaving] = None;
                        }
                        shares.move_up(place, first, &reached);
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Has every obligatory place taken.
    fn fill_places(&self, shares: &mut Shares) -> Option<()> {
        let is_open = |place: &usize, shares: &Shares| shares.owner[*place].is_none();
        if !self.obligatory.iter().any(|place| is_open(place, shares)) {
            return Some(());
        }
        let mut is_obligatory = vec![false; shares.owner.len()];
        for &place in self.obligatory {
            is_obligatory[place] = true;
        }
        let mut takers: Vec<Vec<(usize, u32)>> = vec![Vec::new(); shares.owner.len()];
        for (variable, options) in self.options.iter().enumerate() {
            for &(option, place) in options {
                takers[place].push((variable, option));
            }
        }
        for &place in self.obligatory {
            if is_open(&place, shares) && !fill_place(place, &takers, &is_obligatory, shares) {
                return None;
            }
        }
        Some(())
    }
}

impl Shares {
    /// Gives `place` to who reached it, what that one had to who reached that, and
    /// so on up to `first`, which had nothing.
    fn move_up(&mut self, mut place: usize, first: usize, reached: &[Option<(usize, u32)>]) {
        while let Some((variable, option)) = reached[place] {
            let before = self.taken[variable];
            self.give(variable, (option, place));
            match before {
                Some((_, left)) if variable != first => place = left,
                _ => break,
            }
        }
    }
}

/// Finds a variable for `first`: one that has no place or can leave its own, or one
/// whose place another can take.
fn fill_place(
    first: usize,
    takers: &[Vec<(usize, u32)>],
    is_obligatory: &[bool],
    shares: &mut Shares,
) -> bool {
    let mut reached: Vec<Option<(usize, u32)>> = vec![None; shares.taken.len()];
    let mut queue = VecDeque::from([first]);
    while let Some(place) = queue.pop_front() {
        for &(variable, option) in &takers[place] {
            if reached[variable].is_some() {
                continue;
            }
            reached[variable] = Some((place, option));
            match shares.taken[variable] {
                Some((_, own)) if is_obligatory[own] => queue.push_back(own),
                own => {
                    if let Some((_, left)) = own {
                        shares.owner[left] = None;
                    }
                    let mut mover = Some(variable);
                    while let Some(variable) = mover
                        && let Some((place, option)) = reached[variable]
                    {
                        mover = shares.owner[place];
                        shares.give(variable, (option, place));
                    }
                    return true;
                }
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(
        options: &[&[usize]],
        optional: &[bool],
        obligatory: &[usize],
    ) -> Option<Vec<Option<u32>>> {
        let options: Vec<Vec<(u32, usize)>> = options
            .iter()
            .map(|places| (0..).zip(places.iter().copied()).collect())
            .collect();
        Sharing {
            options: &options,
            optional,
            obligatory,
        }
        .find()
    }

    #[test]
    fn one_moves_so_that_the_next_finds_a_place() {
        let found = find(&[&[0, 1], &[0, 2], &[0]], &[false; 3], &[]);
        assert_eq!(found, Some(vec![Some(1), Some(1), Some(0)]));
    }

    #[test]
    fn too_many_for_the_places_find_none_and_too_few_fill_none() {
        let all: &[usize] = &[0, 1, 2];
        assert_eq!(find(&[all; 4], &[false; 4], &[]), None);
        assert_eq!(find(&[all; 2], &[false; 2], all), None);
        assert!(find(&[all; 3], &[false; 3], all).is_some());
    }

    #[test]
    fn what_may_be_missing_leaves_its_place_to_what_may_not() {
        let found = find(&[&[0], &[0]], &[true, false], &[]);
        assert_eq!(found, Some(vec![None, Some(0)]));
    }

    #[test]
    fn an_obligatory_place_takes_one_from_a_place_that_is_not() {
        let found = find(&[&[0, 1], &[1, 2]], &[false; 2], &[2, 1]);
        assert_eq!(found, Some(vec![Some(1), Some(1)]));
    }
}
