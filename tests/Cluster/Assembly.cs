using Xunit;

// Each test runs servers of its own beside a crowd of senders: two at once would measure each other's patience.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
