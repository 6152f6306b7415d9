package adapters_test

import (
	"errors"
	"fmt"

	"github.com/wiretrial/wiretrial/adapters"
)

func ExampleLookup() {
	_, err := adapters.Lookup("pyton")
	fmt.Println(errors.Is(err, adapters.ErrUnknownSDK))
	fmt.Println(err)
	// Output:
	// true
	// unknown sdk "pyton": did you mean "python"? known are python, typescript, rust; an adapter of your own is run with -- COMMAND
}
