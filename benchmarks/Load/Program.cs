using System.Diagnostics;
using System.Globalization;
using Stoa.Load;
using Stoa.Load.Floors;
using Stoa.Load.Scenarios;
using Stoa.Load.Scenarios.Sockets;
using Stoa.Load.Servers;

// Started by the sockets scenario as a process of its own.
if (args is ["socket-floor", var port])
    return SocketFloor.Run(int.Parse(port, CultureInfo.InvariantCulture));

GeneratorEnvironment.Set();

// A new scenario is one class and one line here.
Scenario[] scenarios = [new Sends(), new Idle(), new Timing(), new Requests(), new LogIns(), new LogInsBeside(), new Depth(), new SocketsScenario()];

LoadOptions options;
Scenario? scenario;
try
{
    options = LoadOptions.Parse(args);
    scenario = Array.Find(scenarios, s => s.Name == options.Scenario) ?? throw new ArgumentException($"Unknown scenario {options.Scenario}.");
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    foreach (var known in scenarios)
        Console.Error.WriteLine($"  {known.Name,-14} {known.Summary}");
    return 2;
}

if (options.GeneratorCpus is { } cpus)
    Process.Start("taskset", ["-a", "-p", "-c", cpus, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]).WaitForExit();

var report = await scenario.RunAsync(options);
Console.Write($"\n## {report.Section}\n\n{report.ToMarkdown()}");
if (options.Write)
    ResultsFile.Write(Repository.Results, report);
return report.Failed ? 1 : 0;
