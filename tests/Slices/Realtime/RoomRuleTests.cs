using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Server.Realtime;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Realtime;

public sealed class RoomRuleTests
{
    [Theory, EachDatabase]
    public async Task Every_kind_of_room_has_one_rule_that_says_who_is_in_it(Database database)
    {
        await using var scope = StoaServer.For(database).Services.CreateAsyncScope();
        var rules = scope.ServiceProvider.GetServices<IRoomRule>().ToList();
        var rooms = typeof(Rooms).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(static m => m.ReturnType == typeof(string))
            .Select(static m => (string)m.Invoke(null, [1L])!)
            .Concat(typeof(Rooms).GetFields(BindingFlags.Public | BindingFlags.Static).Select(static f => (string)f.GetValue(null)!)).ToList();

        Assert.InRange(rooms.Count, 4, int.MaxValue);
        Assert.All(rooms, room => Assert.Single(rules, r => room.StartsWith(r.Prefix, StringComparison.Ordinal)));
    }
}
