using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Stoa.Server.Hosting.Logs;

/// <summary>One event, one line: time (UTC), logger, level, message. An exception follows on indented lines.</summary>
/// <remarks>Line breaks within a message are written as <c>\n</c>, so that nobody can forge a line by sending one.</remarks>
internal sealed class LineFormat : ITextFormatter
{
    private static readonly MessageTemplateTextFormatter Message = new("{Message:lj}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        output.Write(' ');
        output.Write(CategoryOf(logEvent));
        output.Write(' ');
        output.Write(NameOf(logEvent.Level));
        output.Write(' ');
        using var message = new StringWriter(CultureInfo.InvariantCulture);
        Message.Format(logEvent, message);
        WriteEscaped(SecretPaths.Mask(message.GetStringBuilder().ToString()), output);
        output.Write('\n');
        if (logEvent.Exception is { } fault)
            WriteIndented(fault.ToString(), output);
    }

    public static string CategoryOf(LogEvent logEvent) =>
        logEvent.Properties.TryGetValue("SourceContext", out var value) && value is ScalarValue { Value: string category } ? category : "Stoa";

    private static string NameOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "TRACE",
        LogEventLevel.Debug => "DEBUG",
        LogEventLevel.Information => "INFO",
        LogEventLevel.Warning => "WARNING",
        LogEventLevel.Error => "ERROR",
        _ => "CRITICAL",
    };

    private static void WriteEscaped(string text, TextWriter output)
    {
        foreach (var letter in text)
        {
            switch (letter)
            {
                case '\n':
                    output.Write("\\n");
                    break;
                case '\r':
                    output.Write("\\r");
                    break;
                default:
                    // Other control characters could repaint the terminal of whoever reads the file.
                    output.Write(char.IsControl(letter) || letter is '\u2028' or '\u2029' ? '\uFFFD' : letter);
                    break;
            }
        }
    }

    private static void WriteIndented(string text, TextWriter output)
    {
        foreach (var line in text.Split('\n'))
        {
            output.Write("    ");
            WriteEscaped(line.TrimEnd('\r'), output);
            output.Write('\n');
        }
    }
}
