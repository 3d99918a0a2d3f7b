"""What every act stands on: who acts and when, how it is refused, and the policy in force."""
