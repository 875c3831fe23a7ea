using Rig.Hosting.Http;

namespace Rig.CameraNode.Api;

/// <summary>An actor answered with a message that its protocol does not have there, as one of another version might.</summary>
internal static class UnexpectedAnswer
{
    public static string Of(string asked) => $"The {asked} sent an unexpected answer. Check that every camera runs the same version, then try again.";

    /// <param name="asked"><c>camera</c> or <c>coordinator</c>.</param>
    public static ApiException From(string asked) => new(StatusCodes.Status500InternalServerError, Of(asked));
}
