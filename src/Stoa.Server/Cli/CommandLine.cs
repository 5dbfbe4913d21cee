namespace Stoa.Server.Cli;

/// <summary>The words of a command line: a verb, its operands, and the options after them.</summary>
/// <param name="Verb"><c>serve</c> when none is given.</param>
/// <param name="Operands">What stands between the verb and the first option; <c>-1</c> is an operand.</param>
/// <param name="Options">From the first <c>--name</c> on, as given: the verb takes its own, the rest are settings.</param>
public sealed record CommandLine(string Verb, IReadOnlyList<string> Operands, IReadOnlyList<string> Options)
{
    public static CommandLine Read(string[] args)
    {
        var options = Array.FindIndex(args, static a => a.StartsWith("--", StringComparison.Ordinal));
        var words = options < 0 ? args : args[..options];
        return new CommandLine(words.Length == 0 ? "serve" : words[0], [.. words.Skip(1)], options < 0 ? [] : args[options..]);
    }

    /// <summary>Whether an option is none of the settings, which are written <c>--Area:Key</c>; asked after a verb has taken its own.</summary>
    public bool HasUnknownOptions => Options.Any(static o => o.StartsWith("--", StringComparison.Ordinal) && !o.Split('=')[0].Contains(':', StringComparison.Ordinal));

    /// <summary>The first option that has no value, neither behind <c>=</c> nor as the next word; null: none.</summary>
    public string? WithoutValue => Options.Where((o, i) => o.StartsWith("--", StringComparison.Ordinal) && !o.Contains('=', StringComparison.Ordinal)
        && (i + 1 == Options.Count || Options[i + 1].StartsWith("--", StringComparison.Ordinal))).FirstOrDefault();

    /// <summary>Takes a verb's own switch (<c>--name</c>) out of the options; a word after it was meant as an operand.</summary>
    public CommandLine TakeFlag(string name, out bool isGiven)
    {
        var at = Options.ToList().IndexOf("--" + name);
        isGiven = at >= 0;
        if (!isGiven)
            return this;
        var hasOperand = at + 1 < Options.Count && !Options[at + 1].StartsWith("--", StringComparison.Ordinal);
        return this with
        {
            Operands = hasOperand ? [.. Operands, Options[at + 1]] : Operands,
            Options = [.. Options.Take(at), .. Options.Skip(at + (hasOperand ? 2 : 1))],
        };
    }

    /// <summary>Takes a verb's own option (<c>--name value</c> or <c>--name=value</c>) out of the options.</summary>
    public CommandLine Take(string name, out string? value)
    {
        var flag = "--" + name;
        for (var i = 0; i < Options.Count; i++)
        {
            if (Options[i].StartsWith(flag + "=", StringComparison.Ordinal))
            {
                value = Options[i][(flag.Length + 1)..];
                return this with { Options = [.. Options.Take(i), .. Options.Skip(i + 1)] };
            }

            if (Options[i] == flag && i + 1 < Options.Count)
            {
                value = Options[i + 1];
                return this with { Options = [.. Options.Take(i), .. Options.Skip(i + 2)] };
            }
        }

        value = null;
        return this;
    }
}
