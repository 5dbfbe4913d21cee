using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Stoa.Conformance.Support;

/// <summary>Keeps what was logged.</summary>
public sealed class LogCapture : ILoggerProvider, ILogger
{
    public sealed record Entry(LogLevel Level, string? Event, string Text, Exception? Exception);

    public ConcurrentQueue<Entry> Entries { get; } = new();

    public IEnumerable<Entry> Named(string eventName) => Entries.Where(e => e.Event == eventName);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Enqueue(new Entry(logLevel, eventId.Name, formatter(state, exception), exception));

    public void Dispose()
    {
    }
}
