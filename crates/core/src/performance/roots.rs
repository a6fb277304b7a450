//! Which rate makes flows worth nothing.
//!
//! Flows that change their direction more than once may have several such rates. That one counts
//! which a spreadsheet gives: the one that Newton's method reaches from 10 %, or from −10 % where the
//! flows sum to a loss. If it doesn't have the sign of the gain, the rates that do are looked for, and
//! of all these the one nearest to no growth (in ln(1 + r)) is taken. Where Newton's method reaches
//! none, all rates that a double can tell are searched, and the one nearest to no growth is taken.

#![expect(clippy::float_arithmetic, reason = "rates and powers of them")]

use crate::figure::{NoValue, Ratio};

/// A rate at which flows weigh more than so many times their amounts doesn't count: what is left of
/// their sum is rounding, and any rate near it would do as well.
const MOST_WEIGHT: f64 = 1e9;

/// Iterations of Newton's method; beyond them it runs in circles.
const MOST_ITERATIONS: usize = 60;

/// The search for sign changes, in ln(1 + r): where it begins, and so many steps of such a width. Up
/// to a growth of 10^6 a year they are narrow, and beyond, where powers of it hardly interact, wide.
const SEARCH: (f64, [(u32, f64); 2]) = (-20.0, [(680, 0.05), (680, 1.0)]);

/// Σ amount ÷ (1 + r)^time = 0.
pub(super) struct Equation {
    /// Times and amounts.
    flows: Vec<(f64, f64)>,
}

impl Equation {
    pub(super) const fn new(flows: Vec<(f64, f64)>) -> Self {
        Self { flows }
    }

    pub(super) fn at(&self, rate: f64) -> f64 {
        self.flows.iter().map(|(time, amount)| amount * (1.0 + rate).powf(-time)).sum()
    }

    fn slope(&self, rate: f64) -> f64 {
        let slope = |(time, amount): &(f64, f64)| -time * amount * (1.0 + rate).powf(-time - 1.0);
        self.flows.iter().map(slope).sum()
    }

    /// The same sum for ln(1 + r) = `log`, scaled so that it stays in range; its sign is right.
    fn scaled(&self, log: f64) -> f64 {
        let most = self.flows.iter().map(|(time, _)| -time * log).fold(f64::MIN, f64::max);
        self.flows.iter().map(|(time, amount)| amount * (-time * log - most).exp()).sum()
    }

    fn total(&self) -> f64 {
        self.flows.iter().map(|(_, amount)| amount).sum()
    }

    fn is_sound(&self, rate: f64) -> bool {
        let amounts: f64 = self.flows.iter().map(|(_, amount)| amount.abs()).sum();
        let weights =
            self.flows.iter().map(|(time, amount)| amount.abs() * (1.0 + rate).powf(-time));
        rate.is_finite() && rate > -1.0 && weights.sum::<f64>() <= amounts * MOST_WEIGHT
    }

    /// A step of Newton's method at the root, against what bisection leaves.
    fn polished(&self, rate: f64) -> f64 {
        let step = self.at(rate) / self.slope(rate);
        let better = rate - step;
        let is_near = step.abs() <= 1e-6 * (1.0 + rate.abs()) && better > -1.0;
        if is_near && self.at(better).abs() <= self.at(rate).abs() { better } else { rate }
    }

    fn newton(&self, guess: f64) -> Option<f64> {
        let mut rate = guess;
        for _ in 0..MOST_ITERATIONS {
            let next = rate - self.at(rate) / self.slope(rate);
            if !next.is_finite() || next <= -1.0 {
                return None;
            }
            if (next - rate).abs() <= 1e-12 * (1.0 + next.abs()) {
                return self.is_sound(next).then_some(next);
            }
            rate = next;
        }
        None
    }

    /// All rates between which and the next step the sign changes.
    fn search(&self) -> Vec<f64> {
        let (mut log, widths) = SEARCH;
        let mut roots = Vec::new();
        let mut left = (log, self.scaled(log));
        for width in widths.iter().flat_map(|&(n_steps, width)| (0..n_steps).map(move |_| width)) {
            log += width;
            let right = (log, self.scaled(log));
            if right.1 == 0.0 || (left.1 < 0.0) != (right.1 < 0.0) && left.1 != 0.0 {
                let rate = self.polished(self.bisect(left, right).exp_m1());
                if self.is_sound(rate) {
                    roots.push(rate);
                }
            }
            left = right;
        }
        roots
    }

    /// Halves a bracket until doubles have no number in between.
    fn bisect(&self, mut left: (f64, f64), mut right: (f64, f64)) -> f64 {
        while right.1 != 0.0 {
            let middle = left.0.midpoint(right.0);
            if middle <= left.0 || middle >= right.0 {
                break;
            }
            let at = (middle, self.scaled(middle));
            if (at.1 < 0.0) == (right.1 < 0.0) && at.1 != 0.0 || right.1 == 0.0 {
                right = at;
            } else if at.1 == 0.0 {
                return middle;
            } else {
                left = at;
            }
        }
        right.0
    }
}

/// The rate that solves.
pub(super) fn rate_of(equation: &Equation) -> Ratio {
    let is_any = |is: fn(f64) -> bool| equation.flows.iter().any(|(_, amount)| is(*amount));
    if !is_any(|amount| amount > 0.0) || !is_any(|amount| amount < 0.0) {
        return Err(NoValue::OneWay);
    }
    let gain = equation.total();
    if gain == 0.0 {
        return Ok(0.0);
    }
    let reached = equation.newton(if gain < 0.0 { -0.1 } else { 0.1 });
    let candidates = match reached {
        Some(rate) if (rate < 0.0) == (gain < 0.0) => return Ok(rate),
        Some(rate) => {
            let of_the_gain = equation.search().into_iter();
            let of_the_gain = of_the_gain.filter(|other| (*other < 0.0) == (gain < 0.0));
            std::iter::once(rate).chain(of_the_gain).collect()
        }
        None => equation.search(),
    };
    let nearest = candidates
        .into_iter()
        .min_by(|left: &f64, right| left.ln_1p().abs().total_cmp(&right.ln_1p().abs()));
    nearest.ok_or(NoValue::NoRoot)
}
