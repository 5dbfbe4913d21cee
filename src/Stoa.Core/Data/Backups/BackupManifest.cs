using System.Text.Json.Serialization;

namespace Stoa.Core.Data.Backups;

/// <summary>What a backup says of itself: <c>manifest.json</c> in the archive.</summary>
/// <param name="Format">1. A reader refuses a higher one.</param>
/// <param name="Version">Of the program that made it.</param>
/// <param name="Database">Which product its dump is for.</param>
/// <param name="Migration">The last migration the tables have.</param>
/// <param name="TakenAt">The mark: whatever was acknowledged before this moment is inside. UTC.</param>
/// <param name="HighestMessageId">The highest message id inside; 0 when there is none.</param>
/// <param name="Sha256">Of each other file in the archive, by name; 64 lower-case hex digits.</param>
public sealed record BackupManifest(
    int Format, string Version, DatabaseKind Database, string Migration, DateTimeOffset TakenAt, long HighestMessageId, IReadOnlyDictionary<string, string> Sha256)
{
    public const int CurrentFormat = 1;
}

/// <summary>What a copy of the database holds.</summary>
public sealed record CopiedState(string Migration, long HighestMessageId);

/// <summary>A backup or a restore that was not made, and why, for the operator. Nothing was changed unless the message says so.</summary>
public sealed class BackupException(string message, Exception? cause = null) : Exception(message, cause);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
