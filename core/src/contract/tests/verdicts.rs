//! Verdicts: what a whole trace says about each rule, and what no trace can say.

use alloc::format;

use super::{Rule, Vantage, Verdict, seen, story};

#[test]
fn a_rule_is_broken_as_often_as_crossings_break_it() {
    let kept = story("").first(1, 7).yes(1, 0xA).releases(0xA);
    assert!(!kept.verdicts.is_broken());
    let thrice = kept.releases(0xA).releases(0xB).releases(0xC);
    assert!(thrice.verdicts.is_broken());
    let (first, count) = thrice.verdicts.violation(Rule::CL11).expect("it is broken");
    assert_eq!((first.why.contains("0xa"), count), (true, 3), "{}", first.why);
    assert!(thrice.verdicts.violation(Rule::CL15).is_none());
}

/// Rules about what happens inside the plug-in, or to what only the plug-in has.
const HIDDEN: [Rule; 9] =
    [Rule::CL14, Rule::CL16, Rule::CL17, Rule::CL60, Rule::CL61, Rule::CL62, Rule::CL70, Rule::CL71, Rule::CL74];

#[test]
fn what_does_not_cross_the_boundary_is_observable_from_nowhere() {
    for vantage in [Vantage::Host, Vantage::Plugin, Vantage::Both] {
        let contract = seen("", vantage).starts(1).contract;
        for rule in HIDDEN {
            assert!(!contract.observable(rule), "{rule} from {vantage:?}");
        }
    }
}

#[test]
fn verdicts_are_words_that_fill_a_column() {
    let verdicts = [Verdict::Kept, Verdict::Broken, Verdict::NotReached, Verdict::NotObservable];
    let words = verdicts.map(|verdict| format!("{verdict:<15}|"));
    assert_eq!(words, ["kept           |", "broken         |", "not-reached    |", "not-observable |"]);
}
