using Architecture.Rules;
using Stoa.Server.Messaging.Broken;
using Xunit;

namespace Architecture;

public sealed class ModuleWallTests
{
    [Fact]
    public void A_module_uses_no_other_module() => Assert.Empty(ModuleWalls.UsesOfOtherModules(Built.TypesOf(Built.Server)));

    [Fact]
    public void A_call_into_another_module_is_reported() => Assert.Equal(
        ["Stoa.Server.Messaging.Broken.CallsAnotherModule (Messaging) uses Stoa.Server.Identity.Broken.OfIdentity (Identity)"],
        ModuleWalls.UsesOfOtherModules(Built.Fixture<CallsAnotherModule>()));

    [Fact]
    public void A_call_from_a_lambda_is_reported_too() => Assert.Single(ModuleWalls.UsesOfOtherModules(Built.Fixture<CallsAnotherModuleInALambda>()));

    [Fact]
    public void A_shared_room_that_uses_a_module_is_reported() => Assert.Single(ModuleWalls.UsesOfOtherModules(Built.Fixture<Stoa.Server.Hosting.Broken.CallsAModule>()));

    [Fact]
    public void Shared_rooms_are_for_all_and_the_command_line_may_use_every_module()
    {
        Assert.Empty(ModuleWalls.UsesOfOtherModules(Built.Fixture<UsesTheSharedRooms>()));
        Assert.Empty(ModuleWalls.UsesOfOtherModules(Built.Fixture<Stoa.Server.Cli.Broken.PutsModulesTogether>()));
    }

    [Fact]
    public void An_operation_knows_no_door() => Assert.Empty(ModuleWalls.OperationsThatKnowADoor(Built.TypesOf(Built.Server)));

    [Fact]
    public void An_operation_that_knows_http_is_reported()
    {
        Assert.Contains(
            "Stoa.Server.Messaging.Broken.OperationThatKnowsHttp uses Microsoft.AspNetCore.Http.HttpContext", ModuleWalls.OperationsThatKnowADoor(Built.Fixture<OperationThatKnowsHttp>()));
        Assert.Empty(ModuleWalls.OperationsThatKnowADoor(Built.Fixture<OperationThatKnowsNoDoor>()));
    }

    [Fact]
    public void The_rules_see_the_modules() => Assert.Contains(Built.TypesOf(Built.Server), static t => t.Namespace == "Stoa.Server.Messaging");
}
