//! Facts as they come into books, beside those that are there.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::mem::take;

use super::instruments::InstrumentNames;
use super::kept::{Claim, Kept};
use super::news::News;
use super::touched::Marks;
use super::{
    Book, BookKey, BookedMovement, BookedTransaction, InstrumentIndex, OfInstrument, StartAnew,
};
use crate::account::{AccountName, BrokerAccount};
use crate::cash::{Balance, CashKind, CashMovement, Position, UpcomingDividend};
use crate::fact::Identity;
use crate::lots::{Choices, CostMethod};
use crate::statement::{Arrived, Completed, Delivery, Facts, Owners, Source, Statement, Versions};
use crate::transaction::Transaction;

/// What facts are held against on their way into the books.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) deliveries: &'a [Delivery],
    pub(super) owners: &'a Owners,
    pub(super) names: &'a InstrumentNames,
    /// By owner, whether anything arrives of them.
    pub(super) telling: &'a [bool],
}

impl Context<'_> {
    pub(super) fn is_telling(&self, owner: usize) -> bool {
        self.telling.get(owner).copied().unwrap_or(false)
    }
}

/// Statements of what stands in books that were told in more than one way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct BookVersions {
    transactions: Versions<Box<Transaction>>,
    movements: Versions<CashMovement>,
    positions: Versions<Position>,
    balances: Versions<Balance>,
    upcoming: Versions<UpcomingDividend>,
}

/// Books, and what comes new to each.
pub(super) struct Books<'a> {
    context: Context<'a>,
    books: Vec<Book>,
    news: Vec<News>,
    places: HashMap<(AccountName, Option<Identity>), usize>,
    /// The book of what came last, by its delivery and the broker's account: nearly always the next one's.
    last: Option<(usize, Option<Identity>, usize)>,
    /// Whether anything belongs to no account or to no instrument that is known.
    has_unplaced: bool,
    marks: Marks,
}

/// Books in order, and what became of them.
pub(super) struct Built {
    pub(super) books: Vec<Book>,
    pub(super) marks: Marks,
    pub(super) has_unplaced: bool,
}

/// A fact's place among the books.
type BookRow = (usize, usize);

impl<'a> Books<'a> {
    pub(super) fn new(context: Context<'a>, books: Vec<Book>, marks: Marks) -> Self {
        let owned = |(account, broker): BookKey<'_>| (account.clone(), broker.cloned());
        let places = books.iter().enumerate().map(|(place, book)| (owned(book.key()), place));
        let places = places.collect();
        let news = books.iter().map(News::of).collect();
        Self { context, books, news, places, last: None, has_unplaced: false, marks }
    }

    /// Takes in those of the facts that belong to books.
    pub(super) fn add(
        &mut self,
        facts: &mut Facts,
        versions: &mut BookVersions,
    ) -> Result<(), StartAnew> {
        let Arrived { new, changed } =
            self.arrive(&mut versions.transactions, take(&mut facts.transactions), |book| {
                &book.transactions
            });
        for (place, statement) in changed {
            self.change_transaction(place, statement)?;
        }
        for statement in new {
            self.add_transaction(statement);
        }
        let Arrived { new, changed } =
            self.arrive(&mut versions.movements, take(&mut facts.movements), |book| {
                &book.movements
            });
        for (place, statement) in changed {
            self.change_movement(place, statement)?;
        }
        for statement in new {
            self.add_movement(statement);
        }
        let arrived = self
            .arrive(&mut versions.positions, take(&mut facts.positions), |book| &book.positions);
        self.take_claims(arrived, |book| &mut book.positions)?;
        let arrived =
            self.arrive(&mut versions.upcoming, take(&mut facts.upcoming), |book| &book.upcoming);
        self.take_claims(arrived, |book| &mut book.upcoming)?;
        let arrived =
            self.arrive(&mut versions.balances, take(&mut facts.balances), |book| &book.balances);
        self.take_balances(arrived)
    }

    /// By account, then by the broker's own; each with all that happened in its order.
    pub(super) fn in_order(
        self,
        broker_accounts: &[Statement<BrokerAccount>],
        methods: &BTreeMap<AccountName, CostMethod>,
        choices: &Choices,
    ) -> Built {
        let Self { context, books, news, mut marks, has_unplaced, .. } = self;
        let of_account = |identity: &Identity, account: &AccountName| {
            context.names.find(context.owners.of_account(account)?, identity)
        };
        let in_order = books.into_iter().zip(news).map(|(mut book, news)| {
            let is_chosen = book.choose(methods, choices, of_account);
            book.put_in_order(&news, is_chosen, &mut marks);
            book.name(broker_accounts, context.deliveries);
            book
        });
        let mut books: Vec<Book> = in_order.collect();
        books.sort_by(|left, right| left.key().cmp(&right.key()));
        Built { books, marks, has_unplaced }
    }

    fn arrive<K: Kept>(
        &self,
        versions: &mut Versions<K::Fact>,
        statements: Vec<Statement<K::Fact>>,
        list: fn(&Book) -> &Vec<K>,
    ) -> Arrived<K::Fact, BookRow>
    where
        K::Fact: Completed + Clone + PartialEq,
    {
        let Context { deliveries, owners, .. } = self.context;
        let known = || {
            let books = self.books.iter().enumerate().filter_map(|(place, book)| {
                let owner = owners.of_account(&book.account)?;
                self.context.is_telling(owner).then_some((place, owner, book))
            });
            books.flat_map(move |(place, owner, book)| {
                let rows = list(book).iter().enumerate();
                rows.map(move |(row, kept)| ((place, row), owner, kept.identity()))
            })
        };
        let told = |(book, row): BookRow| list(&self.books[book])[row].told();
        versions.arrive((deliveries, owners), statements, known, told)
    }

    fn find(&self, source: &Source, identity: &Identity) -> Option<InstrumentIndex> {
        self.context.names.find(self.context.owners.of_delivery(source.delivery), identity)
    }

    fn book(&mut self, source: &Source, broker_account: Option<&Identity>) -> Option<usize> {
        if let Some((delivery, of, place)) = &self.last
            && *delivery == source.delivery
            && of.as_ref() == broker_account
        {
            return Some(*place);
        }
        let Some(account) = self.context.deliveries[source.delivery].account.clone() else {
            self.has_unplaced = true;
            return None;
        };
        let broker_account = broker_account.cloned();
        let place = match self.places.entry((account.clone(), broker_account.clone())) {
            Entry::Occupied(place) => *place.get(),
            Entry::Vacant(free) => {
                free.insert(self.books.len());
                self.books.push(Book::new(account, broker_account.clone()));
                self.news.push(News::of_new());
                self.books.len() - 1
            }
        };
        self.last = Some((source.delivery, broker_account, place));
        Some(place)
    }

    /// The instrument of a known fact that is told in another way, if it stays in its book.
    fn staying(
        &self,
        book: usize,
        broker_account: Option<&Identity>,
        source: &Source,
        instrument: &Identity,
    ) -> Result<InstrumentIndex, StartAnew> {
        self.stays(book, broker_account)?;
        self.find(source, instrument).ok_or(StartAnew)
    }

    fn stays(&self, book: usize, broker_account: Option<&Identity>) -> Result<(), StartAnew> {
        let stays = self.books[book].broker_identity() == broker_account;
        stays.then_some(()).ok_or(StartAnew)
    }

    fn settle_anew(&mut self, book: usize, transaction: &Identity) {
        if let Some(to_settle) = &mut self.news[book].to_settle {
            to_settle.insert(transaction.clone());
        }
    }

    fn add_transaction(&mut self, statement: Statement<Box<Transaction>>) {
        let Some(instrument) = self.find(&statement.source, &statement.fact.instrument) else {
            self.has_unplaced = true;
            return;
        };
        let broker_account = statement.fact.broker_account.as_ref();
        if let Some(place) = self.book(&statement.source, broker_account) {
            self.settle_anew(place, &statement.fact.identity);
            self.marks.tell(instrument);
            self.news[place].hear_of(&statement.fact);
            self.books[place].transactions.push(BookedTransaction::new(statement, instrument));
        }
    }

    fn change_transaction(
        &mut self,
        (book, row): BookRow,
        statement: Statement<Box<Transaction>>,
    ) -> Result<(), StartAnew> {
        let Statement { fact, source } = &statement;
        let broker_account = fact.broker_account.as_ref();
        let instrument = self.staying(book, broker_account, source, &fact.instrument)?;
        self.settle_anew(book, &fact.identity);
        let known = &mut self.books[book].transactions[row];
        self.marks.tell(known.instrument);
        self.marks.tell(instrument);
        self.news[book].hear_of(&known.transaction);
        self.news[book].hear_of(&statement.fact);
        *known = BookedTransaction::new(statement, instrument);
        self.news[book].n_in_order = 0;
        Ok(())
    }

    fn booked(&self, statement: Statement<CashMovement>) -> BookedMovement {
        let Statement { fact: movement, source } = statement;
        let instrument = movement.instrument.as_ref().and_then(|name| self.find(&source, name));
        BookedMovement { movement, instrument, source }
    }

    fn add_movement(&mut self, statement: Statement<CashMovement>) {
        let broker_account = statement.fact.broker_account.as_ref();
        if let Some(place) = self.book(&statement.source, broker_account) {
            let booked = self.booked(statement);
            if let Some(transaction) = &booked.movement.transaction {
                self.settle_anew(place, transaction);
            }
            if let Some(instrument) = booked.instrument {
                self.marks.tell(instrument);
            }
            let news = &mut self.news[place];
            news.movements = news.movements.min(booked.movement.at.date);
            self.books[place].movements.push(booked);
        }
    }

    /// What moves to another time, or settles another transaction, stands where no later fact could
    /// have put it.
    fn change_movement(
        &mut self,
        (book, row): BookRow,
        statement: Statement<CashMovement>,
    ) -> Result<(), StartAnew> {
        self.stays(book, statement.fact.broker_account.as_ref())?;
        let booked = self.booked(statement);
        let known = &mut self.books[book].movements[row];
        let settles = |booked: &BookedMovement| {
            let movement = &booked.movement;
            (movement.at, movement.transaction.clone(), movement.kind == CashKind::Trade)
        };
        if settles(known) != settles(&booked) {
            return Err(StartAnew);
        }
        for instrument in [known.instrument, booked.instrument].into_iter().flatten() {
            self.marks.tell(instrument);
        }
        let (transaction, date) = (booked.movement.transaction.clone(), booked.movement.at.date);
        *known = booked;
        if let Some(transaction) = transaction {
            self.settle_anew(book, &transaction);
        }
        self.news[book].movements = self.news[book].movements.min(date);
        Ok(())
    }

    fn take_claims<T: Claim>(
        &mut self,
        Arrived { new, changed }: Arrived<T, BookRow>,
        list: impl Fn(&mut Book) -> &mut Vec<OfInstrument<T>>,
    ) -> Result<(), StartAnew> {
        for ((book, row), Statement { fact, source }) in changed {
            let instrument =
                self.staying(book, fact.broker_account(), &source, fact.instrument())?;
            let known = &mut list(&mut self.books[book])[row];
            self.marks.tell(known.instrument);
            self.marks.tell(instrument);
            *known = OfInstrument { fact, instrument, source };
        }
        for Statement { fact, source } in new {
            let Some(instrument) = self.find(&source, fact.instrument()) else {
                self.has_unplaced = true;
                continue;
            };
            if let Some(place) = self.book(&source, fact.broker_account()) {
                self.marks.tell(instrument);
                list(&mut self.books[place]).push(OfInstrument { fact, instrument, source });
            }
        }
        Ok(())
    }

    fn take_balances(
        &mut self,
        Arrived { new, changed }: Arrived<Balance, BookRow>,
    ) -> Result<(), StartAnew> {
        for ((book, row), statement) in changed {
            self.stays(book, statement.fact.broker_account.as_ref())?;
            self.books[book].balances[row] = statement;
            self.news[book].balances = true;
        }
        for statement in new {
            let broker_account = statement.fact.broker_account.as_ref();
            if let Some(place) = self.book(&statement.source, broker_account) {
                self.news[place].balances = true;
                self.books[place].balances.push(statement);
            }
        }
        Ok(())
    }
}
