using Architecture.Fixtures;
using Architecture.Rules;
using Xunit;

namespace Architecture;

public sealed class CallTests
{
    [Fact]
    public void Time_comes_from_the_TimeProvider() => Assert.Empty(Calls.TimeAroundTheProvider(Built.TypesOf(Built.All)));

    [Fact]
    public void Another_clock_is_reported()
    {
        Assert.Equal(["Architecture.Fixtures.ReadsTheSystemsClock calls System.DateTimeOffset::get_UtcNow"], Calls.TimeAroundTheProvider(Built.Fixture<ReadsTheSystemsClock>()));
        Assert.Equal(["Architecture.Fixtures.ReadsTheOldClock calls System.DateTime::get_Now"], Calls.TimeAroundTheProvider(Built.Fixture<ReadsTheOldClock>()));
        Assert.Equal(["Architecture.Fixtures.ChoosesTheClock calls System.TimeProvider::get_System"], Calls.TimeAroundTheProvider(Built.Fixture<ChoosesTheClock>()));
        Assert.Empty(Calls.TimeAroundTheProvider(Built.Fixture<AsksTheProvider>()));
    }

    [Fact]
    public void Every_question_to_the_database_can_be_given_up() => Assert.Empty(Calls.QueriesThatCannotBeCancelled(Built.TypesOf(Built.Core, Built.Server)));

    [Fact]
    public void A_question_without_the_callers_token_is_reported()
    {
        Assert.Equal(["Architecture.Fixtures.SavesForEver calls SaveChangesAsync without a CancellationToken"], Calls.QueriesThatCannotBeCancelled(Built.Fixture<SavesForEver>()));
        Assert.Equal(["Architecture.Fixtures.AsksForEver calls CountAsync without a CancellationToken"], Calls.QueriesThatCannotBeCancelled(Built.Fixture<AsksForEver>()));
        Assert.Equal(["Architecture.Fixtures.FindsForEver calls FindAsync without a CancellationToken"], Calls.QueriesThatCannotBeCancelled(Built.Fixture<FindsForEver>()));
        Assert.Empty(Calls.QueriesThatCannotBeCancelled(Built.Fixture<CanBeGivenUp>()));
    }

    [Fact]
    public void An_address_becomes_the_key_of_a_limit_as_its_network() => Assert.Empty(Calls.LimitsOfWholeAddresses(Built.TypesOf(Built.Server)));

    [Fact]
    public void A_limit_of_whole_addresses_is_reported()
    {
        Assert.Equal(["Architecture.Fixtures.CountsWholeAddresses makes a key of a limit where it reads an address"], Calls.LimitsOfWholeAddresses(Built.Fixture<CountsWholeAddresses>()));
        Assert.Equal(["Architecture.Fixtures.NamesAnAddress makes a key of a limit where it reads an address"], Calls.LimitsOfWholeAddresses(Built.Fixture<NamesAnAddress>()));
        Assert.Empty(Calls.LimitsOfWholeAddresses(Built.Fixture<CountsNetworks>()));
    }
}
