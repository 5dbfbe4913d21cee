using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Stoa.Server.Hosting.Logs;

/// <summary>The framework's simple console lines, after <see cref="SecretPaths"/>.</summary>
/// <remarks>The simple formatter is not public: it is found among the registered ones, at the first line, because this one is among them too.</remarks>
public sealed class MaskedConsole(IServiceProvider services) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "masked";
    private ConsoleFormatter? simple;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var text = SecretPaths.Mask(logEntry.Formatter(logEntry.State, logEntry.Exception));
        var masked = new LogEntry<string>(logEntry.LogLevel, logEntry.Category, logEntry.EventId, text, logEntry.Exception, static (line, _) => line);
        Simple()?.Write(masked, scopeProvider, textWriter);
    }

    // A line that is written when the server has ended already, by something that was late, is nobody's any more; throwing would end its writer too.
    private ConsoleFormatter? Simple()
    {
        try
        {
            return simple ??= services.GetServices<ConsoleFormatter>().First(static f => f.Name == ConsoleFormatterNames.Simple);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }
}
