namespace Rig.Engine.TestKit { internal static class Placeholder { } }
namespace Rig.Engine.TestKit.Xunit2 { internal static class Placeholder { } }
