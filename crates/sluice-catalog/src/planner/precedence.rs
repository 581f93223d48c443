//! Which of several deployments of one update to one device counts. One rule for both families:
//!
//! 1. A deployment to a collection beats one to a collection above it in the tree.
//! 2. Block beats required, required beats available, available beats uninstall.
//! 3. The earliest deadline.
//! 4. The highest priority.
//! 5. The one created first.
//!
//! The winner alone decides. So a block of one ring does not keep the update from the rest, and an
//! exception for a part of a ring holds whatever the ring is told.

use std::cmp::Reverse;

use jiff::Timestamp;
use sluice_model::{CollectionId, Deployment, DeploymentId, DeploymentPriority, Intent};

/// A deployment that applies, with what the rule needs to know of its collection.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The deployment.
    pub deployment: &'a Deployment,
    /// The collections above its collection, in any order.
    pub ancestors: &'a [CollectionId],
}

/// The place of the deployment that counts among some that apply to one device and deploy one
/// update; `None` if there are none.
#[must_use]
pub fn strongest(claims: &[Claim<'_>]) -> Option<usize> {
    let beaten = |claim: &Claim<'_>| {
        let collection = claim.deployment.spec.collection;
        // Collections that are above each other (a loop in bad data) do not beat one another.
        let below = |other: &&Claim<'_>| {
            other.ancestors.contains(&collection) && !claim.ancestors.contains(&other.deployment.spec.collection)
        };
        claims.iter().any(|other| below(&other))
    };
    let standing = claims.iter().enumerate().filter(|(_, claim)| !beaten(claim));
    standing.min_by_key(|(_, claim)| order(claim.deployment)).map(|(place, _)| place)
}

/// Smaller wins.
fn order(deployment: &Deployment) -> (Reverse<Strength>, Due, Reverse<DeploymentPriority>, Timestamp, DeploymentId) {
    let spec = &deployment.spec;
    let strength = Reverse(Strength::of(spec.intent));
    (strength, Due::of(spec.deadline), Reverse(spec.priority), deployment.created_at, deployment.id)
}

/// Intents, the weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Uninstall,
    Available,
    Required,
    Block,
}

impl Strength {
    fn of(intent: Intent) -> Self {
        match intent {
            Intent::Uninstall => Self::Uninstall,
            Intent::Available => Self::Available,
            Intent::Required => Self::Required,
            Intent::Block => Self::Block,
        }
    }
}

/// Deadlines, the earliest first and none last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    At(Timestamp),
    Never,
}

impl Due {
    fn of(deadline: Option<Timestamp>) -> Self {
        deadline.map_or(Self::Never, Self::At)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sluice_model::{DeploymentSpec, DeploymentTarget, Name, RestartBehaviour, UserNotification};
    use uuid::Uuid;

    use super::*;
    use crate::testing::at;

    /// The tree: 0 above 1 above 2; 3 above 4; each collection with those above it.
    const ABOVE: [&[u128]; 5] = [&[], &[0], &[1, 0], &[], &[3]];

    fn deployment(id: u128, collection: usize, intent: Intent, deadline: i64, created: i64) -> Deployment {
        let has_deadline = matches!(intent, Intent::Required | Intent::Uninstall);
        let spec = DeploymentSpec {
            name: Name::new("x").unwrap(),
            target: DeploymentTarget::Updates(vec![sluice_model::UpdateId(Uuid::nil())]),
            collection: CollectionId(Uuid::from_u128(collection as u128)),
            intent,
            available_at: at(0),
            deadline: has_deadline.then(|| at(deadline)),
            restart: RestartBehaviour::Suppressed,
            notification: UserNotification::ShowAll,
            priority: DeploymentPriority::Normal,
        };
        Deployment::new(DeploymentId(Uuid::from_u128(id)), spec, at(created), "ada".into()).unwrap()
    }

    fn above(collection: usize) -> Vec<CollectionId> {
        ABOVE[collection].iter().map(|n| CollectionId(Uuid::from_u128(*n))).collect()
    }

    fn winner(plans: &[(usize, Intent, i64, i64)]) -> usize {
        let deployments: Vec<_> =
            (0u128..).zip(plans).map(|(id, (c, intent, due, made))| deployment(id, *c, *intent, *due, *made)).collect();
        let trees: Vec<_> = plans.iter().map(|plan| above(plan.0)).collect();
        let claims: Vec<_> =
            deployments.iter().zip(&trees).map(|(deployment, ancestors)| Claim { deployment, ancestors }).collect();
        strongest(&claims).unwrap()
    }

    #[test]
    fn the_rules_in_their_order() {
        use Intent::{Available, Block, Required, Uninstall};
        assert!(strongest(&[]).is_none());
        assert_eq!(winner(&[(0, Block, 0, 0), (1, Uninstall, 9, 9)]), 1, "the collection below");
        assert_eq!(winner(&[(0, Block, 0, 0), (1, Required, 1, 0), (2, Available, 0, 9)]), 2, "the lowest");
        assert_eq!(winner(&[(2, Required, 1, 0), (4, Block, 0, 9)]), 1, "block, in another branch");
        assert_eq!(winner(&[(0, Uninstall, 1, 0), (0, Available, 0, 1), (0, Required, 9, 2)]), 2);
        assert_eq!(winner(&[(0, Uninstall, 1, 0), (0, Available, 0, 1)]), 1);
        assert_eq!(winner(&[(0, Required, 5, 0), (3, Required, 4, 9)]), 1, "the earliest deadline");
        assert_eq!(winner(&[(0, Required, 5, 3), (3, Required, 5, 2)]), 1, "created first");
    }

    #[test]
    fn of_the_same_deadline_the_highest_priority_counts() {
        let with = |id, deadline, priority| {
            let mut deployment = deployment(id, 0, Intent::Required, deadline, i64::try_from(id).unwrap());
            deployment.spec.priority = priority;
            deployment
        };
        use DeploymentPriority::{High, Low, Normal};
        for (deployments, expected) in [
            ([with(0, 5, Low), with(1, 5, Normal)], 1),
            ([with(0, 5, Normal), with(1, 5, High)], 1),
            ([with(0, 5, High), with(1, 5, High)], 0),
            ([with(0, 5, High), with(1, 4, Low)], 1),
        ] {
            let claims: Vec<_> = deployments.iter().map(|deployment| Claim { deployment, ancestors: &[] }).collect();
            assert_eq!(strongest(&claims), Some(expected));
        }
    }

    proptest! {
        #[test]
        fn nobody_beats_the_winner(plans in prop::collection::vec((0usize..5, 0usize..4, 0i64..4, 0i64..4), 1..8)) {
            let intents = [Intent::Uninstall, Intent::Available, Intent::Required, Intent::Block];
            let plans: Vec<_> = plans.into_iter().map(|(c, i, due, made)| (c, intents[i], due, made)).collect();
            let won = plans[winner(&plans)];
            let weight = |intent| intents.iter().position(|i| *i == intent).unwrap();
            let due = |plan: &(usize, Intent, i64, i64)| {
                if matches!(plan.1, Intent::Required | Intent::Uninstall) { plan.2 } else { 100 }
            };
            for plan in &plans {
                prop_assert!(!ABOVE[plan.0].contains(&(won.0 as u128)), "a deployment below the winner's");
            }
            for plan in plans.iter().filter(|plan| !plans.iter().any(|p| ABOVE[p.0].contains(&(plan.0 as u128)))) {
                let key = |p: &(usize, Intent, i64, i64)| (3 - weight(p.1), due(p), p.3);
                prop_assert!(key(&won) <= key(plan), "{plan:?} beats {won:?}");
            }
        }
    }
}
