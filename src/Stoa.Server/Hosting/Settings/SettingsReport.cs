using System.Text;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings.Reading;

namespace Stoa.Server.Hosting.Settings;

/// <summary>Writes the settings in use for people.</summary>
internal static class SettingsReport
{
    public static string Of(StoaSettings settings)
    {
        var width = SettingKey.All.Max(static k => k.Path.Length);
        var text = new StringBuilder();
        foreach (var used in settings.InUse)
            text.Append(used.Key.Path.PadRight(width)).Append(" = ").Append(Shown(used, settings)).Append("  (").Append(used.Source).Append(')').AppendLine();
        return text.ToString();
    }

    private static string Shown(SettingInUse used, StoaSettings settings)
    {
        // The address of the database is worth seeing, only its password is not.
        if (used.Key.Path == "Database:Url")
            return DatabaseUrl.Describe(settings.Database.Target);
        var value = SettingText.Write(used.Value);
        return value.Length == 0 ? "(none)" : used.Key.IsSecret ? "(set, not shown)" : value;
    }
}
