using Rig.Tests.Support;

namespace Rig.Tests.Detect.Learned;

/// <summary>Published networks, which are not part of the project: in <c>RIG_TEST_MODELS</c> or in <c>../shared/models</c> beside the checkout.</summary>
internal static class RealModels
{
    public const string Missing = "there is no published network here (RIG_TEST_MODELS names its folder)";

    /// <summary>Null where it is not there.</summary>
    public static string? Find(string file)
    {
        var folder = Environment.GetEnvironmentVariable("RIG_TEST_MODELS") is { Length: > 0 } configured ? configured : Path.Combine(Checkout.Root, "..", "shared", "models");
        return File.Exists(Path.Combine(folder, file)) ? Path.GetFullPath(Path.Combine(folder, file)) : null;
    }
}
