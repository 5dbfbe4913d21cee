using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Cli;

/// <summary>What keeps a server or a verb from working though nothing is wrong with the program: said in one line, as <c>doctor</c> says it, without a stack.</summary>
/// <param name="Code"><see cref="Cli.Failed"/> when trying again may help, <see cref="Cli.BadSettings"/> when something must be changed first.</param>
internal sealed record StartFault(int Code, string Text)
{
    private const string More = " 'doctor' looks at everything.";

    /// <summary>Null: a fault of ours, which deserves its stack.</summary>
    /// <param name="settings">Null: not known where it happened.</param>
    public static StartFault? Of(Exception fault, StoaSettings? settings)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (Known(cause, settings) is { } known)
                return known with { Text = known.Text.ReplaceLineEndings(" ") + More };
        }

        return null;
    }

    private static StartFault? Known(Exception cause, StoaSettings? settings) => cause switch
    {
        DbException database when RecordOutage.IsAround(database) => new(database.IsTransient ? Cli.Failed : Cli.BadSettings,
            $"The database{(settings is null ? "" : $" ({DatabaseUrl.Describe(settings.Database.Target)})")} cannot be used: {cause.GetBaseException().Message.TrimEnd('.')}."),
        UnusableKeyException => new(Cli.BadSettings, cause.Message),
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.AccessDenied } =>
            new(Cli.BadSettings, $"The address to listen at cannot be had: {cause.Message}. Listen:Host and Listen:Port name it."),
        UnauthorizedAccessException => new(Cli.BadSettings, $"{cause.Message} The server must be able to write there."),
        FileNotFoundException or DirectoryNotFoundException or PathTooLongException => new(Cli.BadSettings, $"A file or folder cannot be used: {cause.Message}"),
        IOException { InnerException: not AddressInUseException } => new(Cli.Failed, $"A file or folder cannot be used: {cause.Message}"),
        _ => null,
    };
}
