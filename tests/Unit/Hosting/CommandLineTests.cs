using Stoa.Server.Cli;
using Xunit;

namespace Unit.Hosting;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("", "serve", "", "")]
    [InlineData("serve", "serve", "", "")]
    [InlineData("--urls http://x", "serve", "", "--urls http://x")]
    [InlineData("migrate down -1 --Database:Url=x", "migrate", "down -1", "--Database:Url=x")]
    [InlineData("create-admin --username ana", "create-admin", "", "--username ana")]
    public void A_line_is_a_verb_its_operands_and_options(string line, string verb, string operands, string options)
    {
        var read = CommandLine.Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((verb, operands, options), (read.Verb, string.Join(' ', read.Operands), string.Join(' ', read.Options)));
    }

    [Theory]
    [InlineData("create-admin --a 1 --username ana --b 2", "ana", "--a 1 --b 2")]
    [InlineData("create-admin --username=ana --b 2", "ana", "--b 2")]
    [InlineData("create-admin --usernames=ana", null, "--usernames=ana")]
    [InlineData("create-admin --username", null, "--username")]
    public void A_verb_takes_its_own_options_and_leaves_the_settings(string line, string? value, string options)
    {
        var rest = CommandLine.Read(line.Split(' ')).Take("username", out var taken);

        Assert.Equal((value, options), (taken, string.Join(' ', rest.Options)));
    }
}
