using Architecture.Fixtures;
using Architecture.Rules;
using Xunit;

namespace Architecture;

public sealed class ShapeTests
{
    private static readonly Dictionary<string, string> NoneAllowed = [];

    // Interfaces with one implementation that are worth having, and why.
    private static readonly Dictionary<string, string> AllowedInterfaces = new(StringComparer.Ordinal)
    {
    };

    [Fact]
    public void An_interface_has_two_implementations_or_a_reason() => Assert.Empty(Shapes.LonelyInterfaces(Built.TypesOf(Built.All), AllowedInterfaces));

    [Fact]
    public void A_lonely_interface_is_reported_unless_it_is_allowed()
    {
        var types = Built.Tests.GetTypes().Where(static t => t.Namespace == "Architecture.Fixtures").ToList();

        Assert.Equal(["Architecture.Fixtures.IAlone has 1 implementation(s)"], Shapes.LonelyInterfaces(types, NoneAllowed));
        Assert.Empty(Shapes.LonelyInterfaces(types, new Dictionary<string, string> { ["Architecture.Fixtures.IAlone"] = "a reason" }));
    }

    [Fact]
    public void An_allowance_is_for_an_interface_that_is_there() =>
        Assert.Empty(AllowedInterfaces.Keys.Except(Built.TypesOf(Built.All).Where(static t => t.IsInterface).Select(static t => t.FullName)));

    [Fact]
    public void Every_name_says_something() => Assert.Empty(Shapes.EmptyNames(Built.TypesOf(Built.All), [.. Sources.Product, .. Sources.Tests.Where(static f => !f.Path.Contains("/Fixtures/", StringComparison.Ordinal))]));

    [Fact]
    public void A_name_that_says_nothing_is_reported()
    {
        Assert.Equal(["type TextHelpers"], Shapes.EmptyNames(Built.Tests.GetTypes().Where(static t => t.Name == nameof(TextHelpers)), []));
        Assert.Equal(["type MessageManager"], Shapes.EmptyNames(Built.Fixture<MessageManager>(), []));
        Assert.Equal(["type GenericRepository"], Shapes.EmptyNames(Built.Tests.GetTypes().Where(static t => t.Name == "GenericRepository`1"), []));
        Assert.Equal(["file src/Stoa.Core/Common/Text.cs", "file src/Stoa.Core/StringUtils.cs"], Shapes.EmptyNames([], [
            new("src/Stoa.Core/Common/Text.cs", ""), new("src/Stoa.Core/StringUtils.cs", ""), new("src/Stoa.Core/Commonplace.cs", "")]));
        Assert.Empty(Shapes.EmptyNames(Built.Tests.GetTypes().Where(static t => t.Name == nameof(Commonplace)), []));
    }

    [Fact]
    public void No_file_has_more_than_400_lines() => Assert.Empty(Shapes.LongFiles(Sources.Product));

    [Fact]
    public void A_long_file_is_reported()
    {
        Assert.Equal(["long.cs has 401 lines"], Shapes.LongFiles([new("long.cs", new string('\n', 401)), new("good.cs", new string('\n', 400))]));
        Assert.Contains(Sources.Product, static f => f.Path == "src/Stoa.Core/Data/StoaDb.cs" && f.Text.Length > 0);
    }

    [Fact]
    public void No_function_has_more_than_60_lines() => Assert.Empty(Shapes.LongFunctions(Built.TypesOf(Built.All)));

    [Fact]
    public void A_long_function_is_reported_also_when_the_compiler_rewrites_it()
    {
        var types = Built.Tests.GetTypes().ToList();

        Assert.Equal(["Architecture.Fixtures.LongFunction: Sum has 62 lines"], Shapes.LongFunctions(types.Where(static t => t.Name == nameof(LongFunction))));
        Assert.Single(Shapes.LongFunctions(types.Where(static t => Built.Outermost(t).Name == nameof(LongAsyncFunction))));
        Assert.Empty(Shapes.LongFunctions(types.Where(static t => t.Name == nameof(FunctionOfGoodLength))));
    }

    [Fact]
    public void The_rules_see_the_lines_of_every_assembly() =>
        Assert.All(Built.All, static module => Assert.Contains(module.GetTypes().SelectMany(static t => t.Methods), static m => m.DebugInformation.HasSequencePoints));
}
